"""What links say of the section "What the eye sees" of the checkerboard lab: all of it, and no defaults."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from convviz import SpecError
from convviz.recipes.presentation import PRESENTATION_FIELDS
from convviz.recipes.variants import VARIANTS
from convviz.web.labs.checkerboard.trial import SECTION
from convviz.web.state.params import IMAGE
from tests.web.app import REST, address, checked, differing, errors, follow, open_lesson
from tests.web.charts import charts, downloads
from tests.web.figure import query, refusal, send
from tests.web.test_checkerboard import LAB, page, unfold
from tests.web.test_checkerboard_trial import choose, pictures, shares, shown_cards, trial

ALL = {
    "eye_signal": "image", "eye_weights": "random", "eye_scale": "3", "eye_kernel": "5", "eye_seed": "7",
    "eye_followed_by": "3", "eye_zoom": "4", "eye_image": "cat", "eye_method": "subpixel",
}  # fmt: skip
CHOICES = {
    "kind": "image", "weights": "random", "scale": "3", "kernel": 5, "seed": 7, "followed": "3", "zoom": "4",
    "sample": "cat", "method": "subpixel",
}  # fmt: skip


def followed(app: AppTest) -> tuple[int, str]:
    """Kernel and scale of the section."""
    (kernel,) = [one.value for one in app.slider if (one.key or "").startswith("trial.")]
    (scale,) = [one.value for one in app.segmented_control if (one.key or "").startswith("trial.scale")]
    return kernel, scale


def test_every_choice_is_in_the_link_and_a_new_session_shows_the_same() -> None:
    app = choose(trial(), **CHOICES)
    assert (errors(app), query(app)) == ([], ALL)
    again = page(**ALL)
    assert (errors(again), query(again)) == ([], ALL)
    assert (shares(again), shown_cards(again)) == (shares(app), shown_cards(app))
    names = [f"spectrum-subpixel.{suffix}" for suffix in ("svg", "png", "pdf")]
    assert [downloads(chart) for chart in charts(again)] == [names]
    assert differing(again) == []
    assert query(checked(again.run())) == ALL


def test_a_single_setting_unfolds_the_section() -> None:
    for name in ("eye_zoom", "eye_kernel", "eye_method"):
        app = page(kernel_size="4", **{name: ALL[name]})
        assert len(shown_cards(app)) == 6
        assert (errors(app), query(app)) == ([], {"kernel_size": "4", name: ALL[name]})


def test_defaults_stay_out_of_the_link() -> None:
    fixed = {name: str(param.default) for name, param in SECTION.params.items() if param.default is not None}
    app = page(**fixed)
    assert (errors(app), query(app)) == ([], {})
    app = choose(trial(), zoom="4", weights="random", seed=3)
    assert query(app) == {"eye_zoom": "4", "eye_weights": "random", "eye_seed": "3"}
    choose(app, zoom="2", seed=0, weights="uniform")
    assert query(app) == {}


def test_names_do_not_clash_with_other_parameters() -> None:
    others = {*VARIANTS[LAB].fields, *PRESENTATION_FIELDS, IMAGE.name, "step", "pin"}
    assert not others & SECTION.params.keys()


def test_wrong_settings_are_refused() -> None:
    methods = "none, transposed, divisible, nearest, bilinear, subpixel, icnr"
    for name, text, rule in (
        ("eye_signal", "nose", "one of constant, noise, image"),
        ("eye_weights", "1,2", "one of uniform, random"),
        ("eye_scale", "5", "one of 2, 3, 4"),
        ("eye_kernel", "8", "a whole number from 1 to 7"),
        ("eye_seed", "-1", "a whole number from 0 to 4294967295"),
        ("eye_followed_by", "4", "one of none, 3, 5"),
        ("eye_zoom", "3", "one of 1, 2, 4"),
        ("eye_image", "../x", "one of camera, cat, brick, shapes"),
        ("eye_method", "magic", f"one of {methods}"),
    ):
        with pytest.raises(SpecError) as refusal:
            SECTION.params[name].read(text)
        assert str(refusal.value) == f"{name} must be {rule}; got {text!r}."


def test_a_wrong_setting_gets_one_sentence_and_the_rest_is_shown() -> None:
    link = {"kernel_size": "4", "eye_weights": "random", "eye_signal": "noise", "eye_scale": "5"}
    app = page(**link)
    assert refusal(app) == f"eye_scale must be one of 2, 3, 4; got '5'.{REST}"
    assert address(app) == link, "what was typed stays"
    del link["eye_scale"]
    assert query(app) == link
    choose(app, zoom="1")
    assert (refusal(app), query(app)) == ("", {**link, "eye_zoom": "1"}), "the first change mends the address"


def test_only_this_lab_has_such_settings() -> None:
    assert refusal(open_lesson("transposed", eye_zoom="4")) == f"'eye_zoom' is no setting of this page.{REST}"


def test_kernel_and_scale_follow_the_lesson_until_they_are_chosen() -> None:
    app = trial(kernel_size="4")
    assert followed(app) == (4, "2")
    send(app, kernel_size="5", stride="3")
    assert (followed(app), query(app)) == ((5, "3"), {"kernel_size": "5", "stride": "3"})
    choose(app, kernel=6, scale="4")
    chosen = {"eye_kernel": "6", "eye_scale": "4"}
    assert query(app) == {"kernel_size": "5", "stride": "3", **chosen}
    for kernel in ("6", "7"):  # also from where both are the same
        link = {"kernel_size": kernel, "stride": "3", **chosen}
        send(app, **link)
        assert (followed(app), query(app)) == ((6, "4"), link)
    choose(app, kernel=7)
    assert query(app) == {"kernel_size": "7", "stride": "3", "eye_scale": "4"}


def test_settings_outlive_a_message_and_the_folding_of_their_section() -> None:
    app = choose(trial(), zoom="4", followed="5")
    kept = {"eye_zoom": "4", "eye_followed_by": "5"}
    link = {"kernel_size": "4", "padding": "1", **kept}
    send(app, **link)
    assert query(app) == link
    app.session_state[f"open:{LAB}.what"] = False
    checked(app.run())
    assert query(app) == link
    unfold(app, "what")
    assert {picture.shape for picture in pictures(app)} == {(64, 64)}


def test_an_older_message_does_not_undo_a_setting() -> None:
    app = choose(trial(), zoom="4")
    send(app, revision=0, kernel_size="4")
    assert query(app) == {"kernel_size": "4", "eye_zoom": "4"}
    assert {picture.shape for picture in pictures(app)} == {(64, 64)}


@pytest.mark.parametrize("is_message", [False, True])
def test_a_new_address_sets_the_controls_again(is_message: bool) -> None:
    app = choose(trial(), zoom="4", kernel=5)
    link = {"eye_zoom": "1", "eye_signal": "noise"}
    (send if is_message else follow)(app, **link)
    assert query(app) == link
    assert {picture.shape for picture in pictures(app)} == {(256, 256)}
    assert followed(app) == (3, "2")
    if is_message:
        send(app)
        assert (query(app), {picture.shape for picture in pictures(app)}) == ({}, {(128, 128)})


def test_an_uploaded_image_stays_out_of_the_link_and_the_page_says_so() -> None:
    app = choose(trial(), kind="image", sample="upload")
    note = "An uploaded image stays out of the link: who opens it sees the camera."
    assert [info.value for info in app.info] == [f"Choose a file. {note}"]
    assert (errors(app), query(app)) == ([], {"eye_signal": "image"})
