// A long article, for scrolling and reading together.

import { html } from "../html.mjs";
import { send } from "../http.mjs";
import { layout } from "../layout.mjs";

const chapters = [
  ["Start with the weather", "A forecast is a set of chances, and a pack is the answer to them. Read the wind first, then the rain, then the warmth. Wind turns a cool evening into a cold one and decides where a tent can stand. Rain decides what you wear on the way and what must stay dry. Warmth only decides how heavy your bag is."],
  ["Weigh everything once", "Put each thing on the kitchen scale and write the figure on a strip of tape. You will never argue about it again. Most people find that the heaviest surprise is food, the second is water they did not need to carry, and the third is a spare of something that has never broken."],
  ["Shelter before comfort", "A dry sleeper forgives a thin mat; a wet one forgives nothing. Learn to pitch in the dark in the garden. Count the pegs in and out. Keep the poles where a hand finds them first, and the inner tent in a bag of its own, because on the second evening it will be the only dry cloth you have."],
  ["Sleep on the ground you choose", "Cold comes from below. A mat with a good rating under an ordinary bag is warmer than the reverse. Look for a place that is a little higher than what is around it, and never the lowest corner of a field, where cold air and water both collect at night."],
  ["Food that you want to eat", "Plan each evening so that tired hands can cook it with one pot. Carry something salty for the second day and something sweet for the last hour. Eat before you are hungry and drink before you are thirsty; it sounds like a rule for children, and it is why children do well in the hills."],
  ["Water and what is in it", "Streams above the last farm are usually good, and usually is not a plan. Boil, filter or treat, and do it at noon when there is light rather than at night when there is none. Two litres weigh two kilograms; three streams on the map weigh nothing."],
  ["Feet first", "Boots are not strong feet, they are protection for strong feet. Walk in them at home until they are boring. Two thin socks rub on each other and not on you. Stop at the first warm spot, not at the first blister, and the walk costs four minutes instead of two days."],
  ["A map, and the place on it", "A telephone knows where you are until it does not. A paper map knows where everything else is, always. Fold it to today's page, mark the way out as well as the way in, and agree on the hour at which you turn round whatever happens."],
  ["Leave early, arrive early", "The best hour of the day is the one most people sleep through. Leave with the first light and the afternoon is yours: to dry things, to swim, to look at the next day's hill while the sun is behind it. Arriving late is how small mistakes become stories."],
  ["Go home with everything", "Carry out what you carried in, and one thing somebody else forgot. Dry the tent the same evening, even when it only looks damp. Write down the three things you did not use. Next time they stay at home, and the pack gets lighter without a cent spent."],
];

/** The article, without the page around it. */
export function article() {
  const contents = chapters.map(([title], index) => html`<li><a href="#part-${index + 1}">${title}</a></li>`);
  const parts = chapters.map(([title, text], index) => html`<h2 id="part-${index + 1}">${index + 1}. ${title}</h2><p>${text}</p>
<p>${index % 2 ? "Ask three walkers and you get four answers; ours come from the wet years." : "We learned it slowly, and mostly by doing it the other way first."} ${text}</p>
${index % 3 === 2 && html`<blockquote>What you leave out is lighter than what you make lighter.</blockquote>`}`);
  return html`<article class="prose"><p class="eyebrow">Packing guide</p><h1>What to take for a week in the hills</h1>
<p class="lead">Ten short chapters by the people who repair what others pack.</p><ol>${contents}</ol>${parts}
<p id="end-of-guide">That is all. <a href="/">Back to the shop</a>.</p></article>`;
}

export function guide(call) {
  send(call.response, 200, layout(call, "Packing guide", article()));
}
