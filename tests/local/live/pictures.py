"""The pictures and the animation of the docs, as files. Each holds a description of what it shows."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageStat
from PIL.PngImagePlugin import PngInfo

from infra.shared.root import ROOT

PICTURE = ROOT / "docs/live-page.png"
ANIMATION = ROOT / "docs/live-page.gif"
COLOURS = 255


@dataclass(frozen=True)
class Frame:
    """A screenshot, and how long the animation shows it."""

    screenshot: bytes
    milliseconds: int


def picture_of(lesson: str) -> Path:
    return ROOT / f"docs/lesson-{lesson}.png"


def write_picture(path: Path, screenshot: bytes, description: Any) -> None:
    text = PngInfo()
    text.add_text("Description", json.dumps(description))
    _few_colours(_opened(screenshot)).save(path, pnginfo=text, optimize=True)


def write_animation(frames: Sequence[Frame], description: Any) -> None:
    """Of each frame Pillow stores only the rectangle that changed, which one palette for all keeps small."""
    images = [_opened(frame.screenshot) for frame in frames]
    palette = _few_colours(_side_by_side(images[:: len(images) // 8]))
    first, *others = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    first.save(
        ANIMATION,
        save_all=True,
        append_images=others,
        duration=[frame.milliseconds for frame in frames],
        loop=0,
        optimize=True,
        comment=json.dumps(description).encode(),
    )


def description(path: Path) -> Any:
    """What the picture shows, as it was written with it."""
    with Image.open(path) as image:
        return json.loads(image.info["comment" if path == ANIMATION else "Description"])


def length_seconds(path: Path) -> float:
    milliseconds = 0
    with Image.open(path) as image:
        for number in range(image.n_frames):  # type: ignore[attr-defined]  # animated formats have it
            image.seek(number)
            milliseconds += image.info["duration"]
    return milliseconds / 1000


def difference(screenshot: bytes, path: Path) -> float:
    """Mean difference of brightness, from 0 to 255, of the two pictures seen from far."""
    near, far = _opened(screenshot), Image.open(path)
    seen = [image.convert("L").resize((72, 45), Image.Resampling.BOX) for image in (near, far)]
    return ImageStat.Stat(ImageChops.difference(*seen)).mean[0]


def _few_colours(image: Image.Image) -> Image.Image:
    # Coverage keeps rare colours, such as that of a warning; k-means then makes the frequent ones exact.
    return image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)


def _side_by_side(images: Sequence[Image.Image]) -> Image.Image:
    width, height = images[0].size
    joined = Image.new("RGB", (width * len(images), height))
    for number, image in enumerate(images):
        joined.paste(image, (width * number, 0))
    return joined


def _opened(screenshot: bytes) -> Image.Image:
    return Image.open(io.BytesIO(screenshot)).convert("RGB")
