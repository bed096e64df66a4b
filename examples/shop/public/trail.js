// A walk over hills on a canvas, every frame another picture.

const canvas = document.getElementById("trail");
const context = canvas.getContext("2d");
let walking = true;

document.getElementById("trail-stop").addEventListener("click", (event) => {
  walking = !walking;
  event.currentTarget.textContent = walking ? "Stand still" : "Walk on";
  if (walking) requestAnimationFrame(draw);
});

const hill = (x, layer) => Math.sin(x / (90 + layer * 40)) * (26 + layer * 8) + Math.sin(x / 37 + layer) * 8;

function draw(time) {
  const { width, height } = canvas;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, "#f6e7c8");
  sky.addColorStop(1, "#d7e6df");
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  for (let layer = 0; layer < 4; layer += 1) {
    context.fillStyle = `hsl(${150 + layer * 6} 30% ${62 - layer * 13}%)`;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += 6) context.lineTo(x, 170 + layer * 58 + hill(x + time / (26 - layer * 5), layer));
    context.lineTo(width, height);
    context.fill();
  }
  if (walking) requestAnimationFrame(draw);
}
requestAnimationFrame(draw);
