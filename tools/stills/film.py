"""Several pictures after each other in one SVG, for places where nothing can be moved."""

from collections.abc import Sequence

from lstm_lib.drawing.svg import document, group


def film(size: tuple[int, int], still: str, frames: Sequence[tuple[float, str]], label: str) -> str:
    """Return an SVG that shows one frame after the other and starts again.

    Args:
        size: width and height in the pictures' own units.
        still: what all frames have in common.
        frames: (seconds, body) of each frame.
        label: what the film shows, in words.

    Readers who ask their system for less motion see the last frame and nothing moves.
    """
    total = sum(seconds for seconds, _ in frames)
    rules, groups, start = [], [], 0.0
    for k, (seconds, body) in enumerate(frames):
        rules.append(_rule(k, 100 * start / total, 100 * (start + seconds) / total))
        groups.append(group([body], class_=f"shot s{k}"))
        start += seconds
    motion = (
        f".shot{{animation:{total:g}s infinite step-end}}{''.join(rules)}"
        f"@media (prefers-reduced-motion:reduce){{.shot{{animation:none!important;visibility:"
        f"hidden}}.s{len(frames) - 1}{{visibility:visible}}}}"
    )
    return document(size, (still, *groups), label, motion)


def _rule(k: int, start: float, end: float) -> str:
    """Return the rule that shows frame `k` from `start` to `end` percent of the film."""
    before = "" if start == 0 else "0%{visibility:hidden}"
    after = "" if end >= 99.999 else f"{end:.2f}%{{visibility:hidden}}"
    return (
        f"@keyframes k{k}{{{before}{start:.2f}%{{visibility:visible}}{after}}}"
        f".s{k}{{animation-name:k{k}!important}}"
    )
