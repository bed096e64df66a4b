// Scrolls the article by itself (not with #still), at the same speed whatever the frame rate, and changes a square's colour
// with each press.

/** CSS pixels per second: 8 in each of 60 frames. */
const SPEED = 480;
const flash = document.getElementById("flash");

addEventListener("pointerdown", () => flash.classList.toggle("light"));

const started = performance.now();
const scroll = (time) => {
  const length = document.documentElement.scrollHeight - innerHeight;
  const way = (Math.max(0, time - started) / 1000) * SPEED;
  const turn = way % (2 * length);
  scrollTo({ top: turn > length ? 2 * length - turn : turn, behavior: "instant" });
  requestAnimationFrame(scroll);
};
if (location.hash !== "#still") requestAnimationFrame(scroll);
