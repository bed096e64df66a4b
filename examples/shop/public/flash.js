// Changes the page's colour with each press. With #busy something moves all the time, with #note each press is told.

addEventListener("pointerdown", () => document.body.classList.toggle("light"));

if (location.hash === "#busy") {
  const bar = document.createElement("div");
  bar.style.cssText = "position:fixed;bottom:0;left:0;width:40px;height:40px;background:#e8a13a";
  document.body.append(bar);
  const move = (time) => {
    bar.style.transform = `translateX(${(time / 4) % (innerWidth - 40)}px)`;
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
}

if (location.hash === "#note") {
  const tell = (event) => fetch("/api/act", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ act: "press", at: performance.timeOrigin + event.timeStamp }) });
  addEventListener("pointerdown", tell);
}
