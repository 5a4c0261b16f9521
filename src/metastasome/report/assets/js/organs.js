// The body map's buttons choose which organ's card is shown.
const root = document.documentElement;
root.classList.add("js");
const buttons = [...document.querySelectorAll("[role=button][data-organ], .elsewhere button[data-organ]")];
const cards = [...document.querySelectorAll(".card[data-organ]")];
const tags = [...document.querySelectorAll(".tag[data-for]")];

function choose(organ) {
  for (const b of buttons) b.setAttribute("aria-pressed", String(b.dataset.organ === organ));
  for (const c of cards) c.classList.toggle("chosen", c.dataset.organ === organ);
  for (const t of tags) t.classList.toggle("chosen", t.dataset.for === organ);
}

for (const b of buttons) {
  b.addEventListener("click", () => choose(b.dataset.organ));
  b.addEventListener("focus", () => choose(b.dataset.organ));
  b.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(b.dataset.organ);
  });
}
for (const t of tags) {
  t.addEventListener("click", () => {
    choose(t.dataset.for);
    buttons.find((b) => b.dataset.organ === t.dataset.for)?.focus({ preventScroll: true });
  });
}
const first = cards.find((c) => c.hasAttribute("data-first"));
if (first) choose(first.dataset.organ);
