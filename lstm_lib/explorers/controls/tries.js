function render({ model, el, signal }) {
  const get = (key) => model.get(key);

  function show() {
    const [at, count] = [get("value"), get("tries").length];
    el.querySelector("span").textContent = `Try ${at + 1} of ${count}`;
    el.querySelector("p").textContent = get("tries")[at];
    el.querySelectorAll("button").forEach((button) => (button.hidden = count < 2));
    el.ariaLabel = get("name") || get("label");
  }

  el.classList.add("lstm-control", "lstm-tries");
  el.role = "group";
  el.innerHTML = `<button data-by="-1" aria-label="previous try">‹</button>
    <div aria-live="polite" aria-atomic="true"><span></span><p></p></div>
    <button data-by="1" aria-label="next try">›</button>`;
  el.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const count = get("tries").length;
    model.set("value", (get("value") + Number(button.dataset.by) + count) % count);
    model.save_changes();
  });
  keepPlainKeys(el, signal);
  model.on("change:value change:tries change:name change:label", show);
  show();
}

export default { render };
