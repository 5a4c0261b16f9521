// The body map over time: a slider and a play button move through the frames that the page carries.
document.documentElement.classList.add("js");
const box = document.querySelector("[data-frames]");
if (box) {
  const frames = JSON.parse(box.dataset.frames);
  const [slider, play, when, measure] = ["input", "button", "output", "select"].map((n) => box.querySelector(n));
  const organs = new Map([...document.querySelectorAll(".bodymap [data-organ]")].map((g) => [g.dataset.organ, g]));
  const values = new Map([...document.querySelectorAll(".tag[data-for]")].map((t) => [t.dataset.for, t.querySelector(".organvalue")]));
  const ends = [...document.querySelectorAll(".rampends span")];
  let timer = 0;

  function show() {
    const k = Number(slider.value);
    const chosen = frames.measures[measure.value];
    when.textContent = frames.times[k];
    slider.setAttribute("aria-valuetext", frames.times[k]);
    ends.forEach((s, i) => { s.textContent = chosen.ends[i]; });
    for (const [organ, steps] of Object.entries(chosen.steps)) {
      const node = organs.get(organ);
      const words = chosen.words[organ][k];
      if (node) {
        node.setAttribute("class", `organ s${steps[k]}`);
        node.setAttribute("aria-label", `${node.dataset.name}: ${words} at ${frames.times[k]}`);
      }
      const text = values.get(organ);
      if (text) text.textContent = words;
    }
  }
  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
    play.textContent = "Pause";
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      show();
      if (Number(slider.value) >= Number(slider.max)) stop();
    }, 160);
  });
  slider.addEventListener("input", () => { if (timer) stop(); show(); });
  measure.addEventListener("change", show);
  show();
}
