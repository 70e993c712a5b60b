function render({ model, el }) {
  const get = (key) => model.get(key);
  let timer = null;

  function show() {
    button.textContent = `${timer ? "\u23f8 pause" : "\u25b6 play"} ${get("name")}`;
  }

  function go(value) {
    model.set("value", value);
    model.save_changes();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    show();
  }

  function tick() {
    if (get("value") < get("max")) go(get("value") + 1);
    if (get("value") >= get("max")) stop();
  }

  function start() {
    if (get("value") >= get("max")) go(get("min"));
    timer = setInterval(tick, get("interval"));
    show();
  }

  el.classList.add("lstm-control", "lstm-player");
  const button = el.appendChild(document.createElement("button"));
  button.addEventListener("click", () => (timer ? stop() : start()));
  keepPlainKeys(el);
  model.on("change:name", show);
  show();
  return () => clearInterval(timer);
}

export default { render };
