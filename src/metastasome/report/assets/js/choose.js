// A group of figures becomes one figure behind a labelled menu.
document.documentElement.classList.add("js");
document.querySelectorAll(".choose").forEach((group, index) => {
  const figures = [...group.querySelectorAll("[data-choice]")];
  const show = (k) => figures.forEach((f, i) => f.classList.toggle("chosen", i === k));
  show(0);
  if (figures.length < 2) return;
  const label = document.createElement("label");
  const select = document.createElement("select");
  select.id = `choose-${index}`;
  label.htmlFor = select.id;
  label.textContent = group.dataset.label;
  figures.forEach((f, i) => select.append(new Option(f.dataset.choice, String(i))));
  select.addEventListener("change", () => show(Number(select.value)));
  const box = document.createElement("div");
  box.className = "chooser";
  box.append(label, select);
  group.prepend(box);
});
