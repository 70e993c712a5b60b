function render({ model, el }) {
  const get = (key) => model.get(key);
  const buttons = () => [...el.querySelectorAll("button")];
  el.classList.add("lstm-control", "lstm-keys");

  function show() {
    el.querySelector("[role=group]").ariaLabel = get("name") || get("label");
    buttons().forEach((button, k) => (button.ariaDisabled = String(!get("on").includes(get("options")[k]))));
  }

  function build() {
    el.innerHTML = `<span></span><div role="group"></div>`;
    el.firstChild.textContent = get("label");
    get("options").forEach((word) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: word });
      button.addEventListener("click", () => get("on").includes(word) && model.send({ press: word }));
      el.lastChild.append(button);
    });
    show();
  }

  // The key of a letter presses its button; the arrows walk along the row.
  el.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
    if (ctrlKey || metaKey || altKey) return;
    const row = buttons(), here = row.indexOf(document.activeElement);
    const way = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (way && here >= 0) row[(here + way + row.length) % row.length].focus();
    else row.find(({ textContent }) => textContent.toUpperCase() === key.toUpperCase())?.click();
  });
  keepPlainKeys(el);
  model.on("change:name change:on", show);
  model.on("change:label change:options", build);
  build();
}

export default { render };
