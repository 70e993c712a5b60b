"""The still pictures of chapters 8 and 9: where a loop's lines go, and a layer that is a word."""

from lstm_lib.drawing.marks import arrow
from lstm_lib.drawing.svg import FONT, document, line, path, rect, shape, text
from lstm_lib.notation import GATES

MONO = f"font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace,{FONT}"
MODULE, DATA, TRAINER = "module", "data", "trainer"
# One line of the loop: its text, whose it becomes, and the place there.
LOOP = (
    ("model = TwelveNumbers()", MODULE, "__init__, forward"),
    ("adam = Adam(model.parameters(), lr=0.001)", MODULE, "configure_optimizers"),
    ("for _ in range(100):", TRAINER, "max_epochs=100"),
    ("    for x, target in pairs:", DATA, "train_dataloader"),
    ("        output = model(x)", MODULE, "training_step"),
    ("        loss = F.mse_loss(output, target)", MODULE, "training_step"),
    ("        adam.zero_grad()", TRAINER, "clear, go back, step"),
    ("        loss.backward()", TRAINER, "clear, go back, step"),
    ("        adam.step()", TRAINER, "clear, go back, step"),
    ('print(f"{loss.item():.4f}")', TRAINER, "progress bar, logs"),
)
TOP, PITCH, CODE, EDGE = 70.0, 28.0, 24.0, 392.0  # first line of code, line to line; its frame
BOX = 544.0  # where the boxes on the right start
BOXES = {
    MODULE: (48.0, "LightningModule", "what is yours"),
    DATA: (174.0, "LightningDataModule", "the batches"),
    TRAINER: (248.0, "Trainer", "what is always the same"),
}
LOOKS = {MODULE: {}, DATA: {"stroke_dasharray": "7 4"}, TRAINER: {"stroke_dasharray": "2 4"}}


def lightning() -> str:
    """Draw the training loop of ten lines, and where each of them goes."""
    places = _places()
    pieces = [text(16, 28, "the loop, ten lines", 15, "b"), rect(12, 44, EDGE - 12, 296, rx=8)]
    pieces += [_code(k, words) for k, (words, _, _) in enumerate(LOOP)]
    pieces += [_box(owner) for owner in BOXES]
    for (owner, place), y in places.items():
        lines = [k for k, (_, o, p) in enumerate(LOOP) if (o, p) == (owner, place)]
        pieces += [_way(k, y, owner) for k in lines]
        pieces.append(shape("circle", style="fill:var(--ink)", cx=BOX, cy=y, r=3.5))
        pieces.append(text(BOX + 14, y + 5, place, 13.5, style=MONO if "," not in place else ""))
    return document(
        (840, 356),
        pieces,
        "The training loop in ten lines of torch, and where each goes. Making the model, its "
        "forward pass, the loss and the optimizer go into a LightningModule; the batches into a "
        "LightningDataModule; the loop over epochs, zero_grad, backward, step and the printing "
        "into the Trainer.",
    )


def _places() -> dict[tuple[str, str], float]:
    """Return the height of every place in its box on the right, in the order of the loop."""
    found: dict[tuple[str, str], float] = {}
    for _, owner, place in LOOP:
        before = sum(1 for known, _ in found if known == owner)
        found.setdefault((owner, place), BOXES[owner][0] + 40 + 23 * before)
    return found


def _code(k: int, words: str) -> str:
    """Write one line of the loop; blanks at its start move it, since SVG leaves them out."""
    indent = (len(words) - len(words.lstrip())) * 7.6
    number = text(CODE + 14, TOP + k * PITCH, f"{k + 1}", 11.5, "end soft")
    return number + text(CODE + 26 + indent, TOP + k * PITCH, words.strip(), 13, style=MONO)


def _box(owner: str) -> str:
    """Draw one of Lightning's three classes and say what goes into it."""
    y, name, words = BOXES[owner]
    count = sum(1 for known, _ in _places() if known == owner)
    return "".join(
        (
            rect(BOX, y, 284, 32 + 23 * count, "paper", rx=8),
            rect(BOX, y, 284, 32 + 23 * count, "ink", rx=8, stroke_width=1.8, **LOOKS[owner]),
            text(BOX + 14, y + 21, name, 14.5, "b"),
            text(BOX + 272, y + 21, words, 12, "end soft"),
        )
    )


def _way(k: int, y: float, owner: str) -> str:
    """Draw the way of line `k` to its place at height `y`."""
    start = TOP + k * PITCH - 4
    way = f"M{EDGE:g} {start:g}C{EDGE + 70:g} {start:g} {BOX - 70:g} {y:g} {BOX:g} {y:g}"
    return path(way, "ink", 1.6, opacity=0.75, **LOOKS[owner])


def by_hand_native() -> str:
    """Draw the module with a place for a layer, and the two layers that fit into it."""
    pieces = [_cartridge(30, "vector", "layers.LSTM", "the course's: every line can be read")]
    pieces.append(_cartridge(430, "native", "torch.nn.LSTM", "torch's: fused, and closed"))
    pieces += [_four_gates(60), _closed(460), _module()]
    pieces.append(text(400, 188, "one of them", 12.5, "mid soft"))
    for x in (220, 620):
        pieces.append(path(f"M{x} 172C{x} 226 400 168 400 252", "ink", 1.8, stroke_dasharray="6 4"))
    return document(
        (800, 356),
        pieces,
        'The same module with one of two layers, one word apart. layer="vector" puts in the '
        'course\'s own LSTM, whose four gates can be read; layer="native" puts in torch.nn.LSTM, '
        "which is fused and closed. Both read x, give h, and have the same parameters.",
    )


def _cartridge(x: float, word: str, name: str, words: str) -> str:
    """Draw the frame of one layer with the word that chooses it."""
    return "".join(
        (
            rect(x, 34, 340, 138, "paper", rx=10),
            rect(x, 34, 340, 138, "ink", rx=10, stroke_width=2),
            text(x + 16, 24, f'layer="{word}"', 14, style=MONO),
            text(x + 16, 58, name, 15, "b", style=MONO),
            text(x + 16, 160, words, 12.5, "soft"),
        )
    )


def _four_gates(x: float) -> str:
    """Draw the layer that can be read: four gates and two equations."""
    pieces = []
    for k, name in enumerate(GATES):
        left = x + 34 * k
        pieces.append(rect(left, 82, 28, 52, f"fill-{name}", rx=5, opacity=0.25))
        pieces.append(rect(left, 82, 28, 52, name, rx=5, stroke_width=2))
        pieces.append(text(left + 14, 113, name, 16, f"b it mid ink-{name}"))
    pieces.append(text(x + 152, 103, "c = f · c + i · g", 15, "it ink-c"))
    pieces.append(text(x + 152, 126, "h = o · tanh(c)", 15, "it ink-h"))
    return "".join(pieces)


def _closed(x: float) -> str:
    """Draw the layer that is closed: one block, with a lock."""
    middle = x + 140
    return "".join(
        (
            rect(x, 76, 280, 64, "panel", rx=6),
            path(f"M{middle - 9} 104v-7a9 9 0 0 1 18 0v7", "ink", 2.5),
            shape("rect", style="fill:var(--ink)", x=middle - 14, y=104, width=28, height=22, rx=3),
        )
    )


def _module() -> str:
    """Draw the module: x goes in, the layer's place, the read-out, the forecast."""
    y = 278
    boxes = ((300, 200, "the layer's place", "6 4"), (560, 110, "read-out", None))
    pieces = [
        rect(210, 218, 490, 112, "panel", rx=10),
        text(226, 240, "SequenceRegressor", 14, "b", style=MONO),
        text(96, y + 5, "x: the window", 14, "b mid ink-x"),
        line(158, y, 290, y, "x", stroke_width=3),
        arrow(298, y, "fill-x"),
        line(500, y, 550, y, "h", stroke_width=3),
        arrow(558, y, "fill-h"),
        text(527, y - 10, "h", 15, "b it mid ink-h"),
        line(670, y, 712, y, "h", stroke_width=3),
        arrow(720, y, "fill-h"),
        text(726, y + 5, "forecast", 14, "b ink-h"),
    ]
    for x, width, words, dash in boxes:
        style = {"stroke_dasharray": dash} if dash else {}
        pieces.append(rect(x, y - 24, width, 48, "paper", rx=8))
        pieces.append(rect(x, y - 24, width, 48, "ink", rx=8, stroke_width=1.8, **style))
        pieces.append(text(x + width / 2, y + 5, words, 13.5, "mid"))
    return "".join(pieces)


PICTURES = {"lightning.svg": lightning, "by_hand_native.svg": by_hand_native}
