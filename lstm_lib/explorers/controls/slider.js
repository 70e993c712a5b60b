// Moves of the learner snap to the multiples of the step; a value from the kernel is left as it is.
const MOVES = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
const TRAITS = "value min max step label name color decimals by_factors whole stops readout play disabled".split(" ");

// Rounds float noise away: 0.15000000000000002 -> 0.15.
const tidy = (number, digits = 12) => Number(number.toPrecision(digits));

// Where a value stands on the track: by factors, equal factors are equal distances; stops, if there
// are any, stand equally far apart, and none lies beyond the last.
function place(value, { by_factors, stops }) {
  if (stops.length) return stops.indexOf(nearest(value, stops));
  return by_factors ? Math.log10(value) : value;
}
function point(k, { by_factors, step, stops }) {
  if (stops.length) return stops[k] ?? Math.sign(k) * Infinity;
  return by_factors ? tidy(10 ** (k * step), 3) : tidy(k * step);
}
const nearest = (value, stops) =>
  stops.reduce((a, b) => (Math.abs(b - value) < Math.abs(a - value) ? b : a));
const clamp = (value, { min, max }) => Math.min(max, Math.max(min, value));

// The grid point `count` steps beyond the value, which may lie between two of them.
function moved(count, s) {
  const way = Math.sign(count);
  let k = Math.round(place(s.value, s) / s.step) - way;
  while (way * (point(k, s) - s.value) <= 0) k += way;
  return clamp(point(k + count - way, s), s);
}

function format(value, { by_factors, whole, decimals }) {
  const text = by_factors ? String(tidy(value, decimals + 1)) : value.toFixed(whole ? 0 : decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

function build(el) {
  const id = newId();
  el.classList.add("lstm-control", "lstm-slider");
  el.innerHTML = `<button type="button"></button><label for="${id}"></label><input type="range"
    id="${id}" step="any"><input type="text" inputmode="decimal" autocomplete="off"><span></span>`;
  return el.children;
}

// Fills the track from zero (or the nearest end) to the value.
function paint(el, range, s) {
  const share = (at) => Math.min(1, Math.max(0, (at - range.min) / (range.max - range.min)));
  const [from, to] = [share(s.by_factors ? range.min : 0), share(range.value)];
  el.style.setProperty("--slider-from", Math.min(from, to) || -1); // beyond the track's round end
  el.style.setProperty("--slider-to", Math.max(from, to));
  el.style.setProperty("--slider-color", s.color || "var(--ink)");
}

function render({ model, el, signal }) {
  const [button, label, range, field, text] = build(el);
  const state = () => Object.fromEntries(TRAITS.map((key) => [key, model.get(key)]));
  let typing = false, timer = 0;

  function show() {
    const s = state(), name = s.name || s.label, shown = format(s.value, s);
    const ends = [format(s.min, s), format(s.max, s)];
    Object.assign(range, { max: place(s.max, s), min: place(s.min, s), value: place(s.value, s) });
    Object.assign(range, { disabled: s.disabled, ariaLabel: name, ariaValueText: shown });
    paint(el, range, s);
    Object.assign(button, { hidden: !s.play, disabled: s.disabled, textContent: timer ? "❚❚" : "▶" });
    button.ariaLabel = `${timer ? "pause" : "play"}: ${name}`;
    label.textContent = s.label;
    Object.assign(text, { textContent: shown, hidden: s.readout });
    Object.assign(field, { hidden: !s.readout, disabled: s.disabled, ariaLabel: `${name}, type a number` });
    el.style.setProperty("--slider-digits", Math.max(...ends.map((end) => end.length), 4));
    typing &&= field.matches(":focus");
    if (typing) return;
    Object.assign(field, { value: shown, ariaInvalid: null, title: `${s.value} (${ends.join(" to ")})` });
  }

  function send(value) {
    typing = false;
    model.set("value", value);
    model.save_changes();
    show();
  }

  function commit() {
    const s = state(), typed = field.value.trim() === "" ? NaN : Number(field.value);
    if (!typing) return;
    const fits = typed >= s.min && typed <= s.max && (!s.whole || Number.isInteger(typed));
    if (fits) return send(s.stops.length ? nearest(typed, s.stops) : typed);
    field.ariaInvalid = "true";
    field.title = `Not possible: type a ${s.whole ? "whole " : ""}number from ${s.min} to ${s.max}`;
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    show();
  }

  function play() {
    if (timer) return stop();
    const { value, min, max, play: pause } = state();
    timer = setInterval(() => {
      if (state().value < max) send(moved(1, state()));
      if (state().value >= max) stop();
    }, pause);
    send(value < max ? moved(1, state()) : min);
  }

  button.addEventListener("click", play);
  range.addEventListener("input", () => {
    const s = state();
    send(clamp(point(Math.round(range.value / s.step), s), s));
  });
  range.addEventListener("keydown", (event) => {
    const s = state(), key = event.key;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key in MOVES) send(moved(MOVES[key], s));
    else if (key === "Home" || key === "End") send(key === "Home" ? s.min : s.max);
    else return;
    event.preventDefault();
  });
  field.addEventListener("input", () => (typing = true));
  field.addEventListener("change", commit);
  field.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") commit();
    if (key === "Escape") show((typing = false));
  });
  signal.addEventListener("abort", () => clearInterval(timer));
  keepPlainKeys(el, signal);
  model.on("change", show);
  show();
}

export default { render };
