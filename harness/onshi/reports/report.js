// Narrows the tables of troubles. The page reads the same without it.
const form = document.querySelector(".filter");
const words = form.querySelector("input");
const verdict = form.querySelector("select");
function narrow() {
  const wanted = words.value.trim().toLowerCase();
  for (const body of document.querySelectorAll("table.matrix tbody")) {
    for (const row of body.querySelectorAll("tr[data-state]")) {
      const fits = !verdict.value || row.dataset.state === verdict.value;
      row.hidden = !(fits && row.textContent.toLowerCase().includes(wanted));
    }
  }
}
form.hidden = false;
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
