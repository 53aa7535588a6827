"""The recipes on which the player is tried: every variant and view, and whatever is easily got wrong."""

from __future__ import annotations

from dataclasses import asdict

from convviz.animation import Animation
from convviz.recipes import Presentation, Recipe, recipe
from convviz.render.player import write_scene
from convviz.scene import Scene
from convviz.scene.theme import ROLES, THEMES

RECIPES: dict[str, Recipe] = {
    "standard": recipe("standard", input_size=4, seed=1),
    "one cell": recipe("standard", input_size=1, kernel_size=1),
    "all axes differ": recipe(
        "standard", input_size=(5, 7), kernel_size=(2, 3), stride=(2, 1), padding=((1, 0), (2, 1)), seed=2
    ),
    "reflect": recipe("standard", input_size=(4, 5), padding=1, padding_mode="reflect", seed=3),
    "replicate": recipe("standard", input_size=3, padding=2, padding_mode="replicate", seed=4),
    "circular, bias": recipe("standard", input_size=(3, 4), padding=1, padding_mode="circular", bias=-2, seed=5),
    "flip": recipe("standard", input_size=4, kernel_size=(2, 3), flip=True, seed=6),
    "fractions": recipe("standard", input=[[0.1, 0.25, 1 / 3], [-1.5, 2.0, 1e5]], weight=[[0.5, -1 / 9]], bias=0.125),
    "tap by tap": recipe("standard", input_size=3, kernel_size=2, padding=1, storyboard="tap", seed=7),
    "dilated": recipe("dilated", input_size=(7, 6), dilation=(3, 2), padding=(1, 0), seed=8),
    "gather": recipe("transposed", input_size=(3, 2), stride=(2, 3), padding=(1, 0), seed=9),
    "gather, cropped": recipe(
        "transposed", input_size=3, kernel_size=2, stride=3, padding=2, output_padding=(1, 2), bias=1, seed=10
    ),
    "scatter": recipe("transposed", input_size=3, padding=0, view="scatter", seed=11),
    "scatter, cropped": recipe(
        "transposed", input_size=(2, 3), kernel_size=(3, 2), stride=2, padding=1, output_padding=(1, 0), bias=3,
        view="scatter", seed=12,
    ),
    "scatter, apart": recipe(
        "transposed", input_size=2, kernel_size=2, stride=3, output_padding=2, padding=0, view="scatter", seed=13
    ),
    "wave": recipe("along-a-line", input_size=40, kernel_size=3, stride=2, padding="2,1", input="sine", weight="1,2,3"),
    "scatter, tap by tap": recipe("transposed", input_size=2, kernel_size=2, view="scatter", storyboard="tap", seed=14),
}  # fmt: skip

COLORS = {
    name: {role: color for role, color in asdict(theme).items() if role != "name"} for name, theme in THEMES.items()
}


def scene_of(asked: Recipe, **presentation: object) -> Scene:
    """The scene as the player gets it, its colors the names of roles."""
    show = Presentation.from_values(presentation)
    return Animation(asked, Presentation(ROLES.name, show.width, show.seconds_per_step, show.terms, show.formula)).scene


def json_of(scene: Scene) -> str:
    """The JSON of a scene."""
    return write_scene(scene, COLORS).text
