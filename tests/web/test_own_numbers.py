"""Own numbers without a browser: grids, pasted tables, files and images, and how page and figure agree on them."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from convviz.assets import SAMPLES
from convviz.recipes import Recipe
from convviz.recipes.images import image_grid, read_image
from convviz.recipes.tables import rows_to_text
from tests.web.app import ROOT, checked, errors, named, open_lesson, paste
from tests.web.figure import accept, asked, components, drawn, figure, grids, query, refusal, send, trigger, type_rows

KERNEL = {"weight": "1,2;3,4"}
KEEPS = " The picture keeps the previous numbers."


def cells(app: AppTest) -> str:
    """Return what the first grid started with."""
    return ";".join(",".join(row) for row in grids(app)[0]["rows"])


def labels(app: AppTest) -> list[str]:
    return [grid["label"] for grid in grids(app)]


def refusals(app: AppTest) -> list[str]:
    """Return what each grid says of the number that it cannot take."""
    return [grid["refusal"] for grid in grids(app)]


def gray_levels(sample: str, size: tuple[int, int]) -> str:
    """Return the numbers that a sample image gives an input."""
    return rows_to_text(image_grid(read_image(SAMPLES[sample].read_bytes()), size))


def png(color: int) -> bytes:
    file = BytesIO()
    Image.new("L", (8, 8), color).save(file, "PNG")
    return file.getvalue()


# Grids ----------------------------------------------------------------------------------------------------------------


def test_only_tables_of_own_numbers_have_a_grid_and_with_one_the_page_listens() -> None:
    app = open_lesson("standard", input="impulse", weight="sobel_x")
    assert (grids(app), figure(app)["listens"]) == ([], False)
    app = open_lesson("standard", input="1,2;3,4", kernel_size="1")
    assert (labels(app), figure(app)["listens"]) == (["Input numbers"], True)
    assert grids(app)[0] == {"label": "Input numbers", "rows": [["1", "2"], ["3", "4"]], "most": 1e6, "refusal": ""}
    app = open_lesson("standard", input="1,2;3,4", weight="0.5")
    assert labels(app) == ["Input numbers", "Kernel numbers"]
    assert grids(open_lesson("compare", left="standard", right="dilated", **{"left.weight": "1,2;3,4"})) == []


def test_own_numbers_of_the_figure_get_a_grid_and_those_with_a_name_lose_it() -> None:
    app = open_lesson("depthwise-separable", in_channels="1", input_size="4")
    assert grids(app) == []
    numbers = rows_to_text(Recipe.from_query("depthwise-separable", asked(app)).weight[0, 0].tolist())
    send(app, in_channels="1", input_size="4", weight=numbers)
    assert (labels(app), cells(app)) == (["Kernel numbers"], numbers)
    send(app, in_channels="1", input_size="4", weight="sharpen")
    assert (grids(app), refusal(app)) == ([], "")


def test_what_is_typed_becomes_a_change_for_the_figure() -> None:
    app = open_lesson("standard", **KERNEL, stride="2")
    assert (figure(app)["revision"], figure(app)["changes"]) == (0, {})
    type_rows(app, [["1", "2"], ["3", "-0,5"]])
    data = figure(app)
    assert (data["asked"], data["revision"]) == ({"weight": "1,2;3,-0.5", "stride": "2"}, 1)
    assert data["changes"] == {"weight": "1,2;3,-0.5"}
    assert drawn(app) == {"weight": "1,2;3,-0.5", "stride": "2"}
    assert cells(app) == "1,2;3,4", "what a grid starts with stays, or it would begin again"
    assert figure(checked(app.run()))["revision"] == 1


def test_a_cell_that_is_no_number_is_refused_and_the_previous_numbers_stay() -> None:
    app = open_lesson("standard", **KERNEL)
    type_rows(app, [["1", "2"], ["x", "9"]])
    assert refusals(app) == [f"Weight row 1, column 0 must be a number; got 'x'.{KEEPS}"]
    assert (asked(app), figure(app)["revision"]) == (KERNEL, 0)
    type_rows(app, [["1", "2"], ["", "9"]])
    assert refusals(app) == [f"Weight row 1, column 0 must be a number; got an empty cell.{KEEPS}"]
    type_rows(app, [["1", "2"], ["3", "9"]])
    assert (refusals(app), errors(app), asked(app)) == ([""], [], {"weight": "1,2;3,9"})


def test_a_table_that_the_figure_has_changed_replaces_the_content_of_its_grid() -> None:
    app = open_lesson("standard", **KERNEL)
    accept(type_rows(app, [["1", "2"], ["3", "9"]]))
    for numbers in ("1,2,0;3,9,0;0,0,0", "1", "1,2;3,9"):  # cut or filled up by the dial of the size
        send(app, weight=numbers)
        assert (cells(app), asked(app)) == (numbers, {"weight": numbers})
    type_rows(app, [["5", "2"], ["3", "9"]])
    assert asked(app) == {"weight": "5,2;3,9"}


def test_numbers_that_the_figure_has_taken_over_leave_the_grid_alone() -> None:
    app = open_lesson("standard", **KERNEL)
    type_rows(app, [["1", "2"], ["3", "9"]])
    send(app, weight="1,2;3,9", stride="2")
    assert cells(app) == "1,2;3,4", "the grid is the same one, in which 9 was typed"
    type_rows(app, [["7", "2"], ["3", "9"]])
    assert asked(app) == {"weight": "7,2;3,9", "stride": "2"}


def test_two_tables_are_changed_before_the_figure_says_that_it_has_either() -> None:
    app = open_lesson("standard", input="1,2;3,4", weight="5")
    type_rows(app, [["1", "2"], ["3", "9"]])
    type_rows(app, [["6"]], 1)
    data = figure(app)
    assert (data["asked"], data["revision"]) == ({"input": "1,2;3,9", "weight": "6"}, 2)
    assert data["changes"] == data["asked"]
    send(app, revision=1, input="1,2;3,9", weight="5", stride="2")
    assert asked(app) == {"input": "1,2;3,9", "weight": "6", "stride": "2"}
    assert figure(app)["changes"] == {"weight": "6"}
    send(app, input="1,2;3,9", weight="6", stride="2")
    assert (figure(app)["changes"], figure(app)["revision"]) == ({}, 2)


def test_what_was_typed_just_before_the_size_changed_counts() -> None:
    app = open_lesson("standard", **KERNEL)
    type_rows(app, [["1", "2"], ["3", "9"]])
    send(app, revision=0, weight="1,2,0;3,4,0;0,0,0")
    assert (asked(app), cells(app)) == ({"weight": "1,2,0;3,9,0;0,0,0"}, "1,2,0;3,9,0;0,0,0")
    assert figure(app)["changes"] == asked(app)
    type_rows(app, [["1", "2", "7"], ["3", "9", "0"], ["0", "0", "0"]])
    send(app, revision=1, weight="1,2;3,9", stride="2")
    assert asked(app) == {"weight": "1,2;3,9", "stride": "2"}, "7 is beyond the edge now"


def test_planes_are_edited_one_at_a_time_and_all_are_in_the_recipe() -> None:
    app = open_lesson("standard", in_channels="2", out_channels="2", weight="1|2|3|4")
    plane = named(app.selectbox, "standard.weight.planes.chosen")
    assert plane.options == [f"Kernel {kernel}, slice {channel}" for kernel in (0, 1) for channel in (0, 1)]
    assert labels(app) == ["Kernel numbers, Kernel 0, slice 0"]
    type_rows(app, [["5"]])
    named(app.selectbox, "standard.weight.planes.chosen").select(2)
    checked(app.run())
    assert (labels(app), cells(app)) == (["Kernel numbers, Kernel 1, slice 0"], "3")
    type_rows(app, [["7"]])
    assert asked(app)["weight"] == "5|2|7|4"


def test_what_was_typed_just_before_another_plane_is_chosen_counts() -> None:
    app = open_lesson("standard", in_channels="2", weight="1|2")
    named(app.selectbox, "standard.weight.planes.chosen").select(1)
    type_rows(app, [["5"]])  # in the same message
    assert (asked(app)["weight"], cells(app)) == ("5|2", "2")
    assert figure(app)["changes"]["weight"] == "5|2"


def test_a_table_that_is_too_large_for_a_grid_is_pasted() -> None:
    rows = ";".join([",".join(["1"] * 8)] * 512)
    app = open_lesson("depthwise-separable", in_channels="8", out_channels="512", act="split", pointwise=rows)
    words = "512 × 8 numbers are more than the 2,048 of a grid: paste them or upload a file."
    assert words in [caption.value for caption in app.caption]
    assert (errors(app), grids(app)) == ([], [])


# Pasted tables and files ----------------------------------------------------------------------------------------------


def test_a_pasted_table_brings_its_size() -> None:
    app = open_lesson("standard", **KERNEL)
    paste(app, "0,5\t1\t0\n-2\t3\t0\n0\t0\t1")
    assert (errors(app), asked(app)) == ([], {"weight": "0.5,1,0;-2,3,0;0,0,1"})
    assert cells(app) == "0.5,1,0;-2,3,0;0,0,1"
    send(app, revision=0, **KERNEL, stride="2")  # the figure does not know it yet
    assert asked(app) == {"weight": "0.5,1,0;-2,3,0;0,0,1", "stride": "2"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 2\n3", "Weight must have rows of equal length; row 0 has 2 numbers, row 1 has 1."),
        ("1 two", "Weight row 0, column 1 must be a number; got 'two'."),
        ("1 nan", "Weight row 0, column 1 must be a finite number; got 'nan'."),
        ("1 2 3 4 5 6 7 8", "Weight must be at most 7 x 7; got 1 x 8."),
    ],
)
def test_bad_numbers_are_refused_and_stay_where_they_were_pasted(text: str, sentence: str) -> None:
    app = open_lesson("standard", **KERNEL)
    for _ in range(2):
        paste(app, text)
        assert errors(app) == [sentence]
        assert named(app.text_area, "standard.weight.table.paste").value == text
        assert (asked(app), figure(app)["revision"]) == (KERNEL, 0)
    assert errors(paste(app, "")) == ["Weight must hold at least one number; got an empty table."]
    assert errors(paste(app, "1 2")) == []


def captions(app: AppTest) -> list[str]:
    return [caption.value for caption in app.caption]


def test_a_page_says_how_it_has_read_a_text_and_offers_the_other_meaning() -> None:
    app = paste(open_lesson("standard", **KERNEL), "1,5;2,5")
    assert asked(app) == {"weight": "1.5,2.5"}
    assert captions(app) == ["Read as 1 row of 2 numbers with decimal commas."]
    named(app.button, "standard.weight.outcome.other").click()
    checked(app.run())
    assert (asked(app), captions(app)) == ({"weight": "1,5;2,5"}, ["Read as 2 rows of 2 numbers."])
    type_rows(app, [["1", "5"], ["2", "7"]])
    assert captions(app) == [], "they are other numbers now"


def test_what_a_notebook_prints_may_have_channels_and_can_be_pasted_into_a_cell() -> None:
    app = open_lesson("standard", input="1,2;3,4", kernel_size="2", stride="2")
    printed = "tensor([[[1., 2.],\n         [3., 4.]],\n\n        [[5., 6.],\n         [7., 8.]]])"
    trigger(app, components(app, "number_grid")[0], "pasted", printed)
    assert asked(app) == {"input": "1,2;3,4|5,6;7,8", "kernel_size": "2", "stride": "2"}
    assert (labels(app), captions(app)) == (["Input numbers, Channel 0"], ["Read as 2 planes of 2 rows of 2 numbers."])
    paste(app, "[[1, 0], [0, 1]]", "input.0")
    assert asked(app)["input"] == "1,0;0,1|5,6;7,8"
    app = paste(open_lesson("standard", in_channels="2", weight="1|2"), "1|2|3", "weight.0")
    assert errors(app) == ["Weight must have 2 planes, out_channels 1 times in_channels 2 / groups 1; got 3."]
    assert asked(app) == {"in_channels": "2", "weight": "1|2"}


def test_an_editor_comes_into_view_where_a_dial_has_asked_for_it() -> None:
    app = open_lesson("standard", **KERNEL)
    assert components(app, "reveal") == [], "a link opens a page at its top"
    send(app, moved="weight", **KERNEL)
    assert components(app, "reveal") == [], "it was there"
    for texts in ({"input": "1,2;3,4"}, {"image": "brick"}):
        send(app, moved="input", **KERNEL, **texts)
        assert len(components(app, "reveal")) == 1
        send(app, moved="stride", **KERNEL, **texts, stride="2")
        assert components(app, "reveal") == []
    send(app, moved="input:0,0:5", input="5,2;3,4")
    assert components(app, "reveal") == [], "a number was edited in the picture"


def test_a_pasted_table_that_does_not_fit_is_refused_by_the_figure_alike_when_its_link_is_opened() -> None:
    link = {"in_channels": "2", "input": "1,2,3;4,5,6;7,8,9|1,1,1;1,1,1;1,1,1"}
    app = open_lesson("standard", **link)
    paste(app, "1 2\n3 4", "input.0")
    assert asked(app) == {"input": "1,2;3,4|1,1;1,1"}
    assert errors(app)[0].endswith("The picture shows the last settings that worked.")
    for one in (app, open_lesson("standard", **asked(app))):
        assert refusal(one) == "The kernel (3 rows) is larger than the input (2 rows)."
        assert len(grids(one)[0]["rows"]) == 2


def test_numbers_of_a_file() -> None:
    app = open_lesson("standard", **KERNEL)
    app.file_uploader[0].set_value(("own.csv", b"5;6,5\n7;8", "text/csv"))
    checked(app.run())
    assert (errors(app), asked(app)) == ([], {"weight": "5,6.5;7,8"})
    app.file_uploader[0].set_value(("own.csv", b"1,x", "text/csv"))
    checked(app.run())
    assert errors(app) == ["Weight row 0, column 1 must be a number; got 'x'."]
    assert asked(app) == {"weight": "5,6.5;7,8"}


# Images ---------------------------------------------------------------------------------------------------------------


def test_an_image_in_the_link_is_enough() -> None:
    app = open_lesson("standard", image="brick")
    numbers = gray_levels("brick", (5, 5))
    data = figure(app)
    assert (data["rest"], data["asked"]) == ({"image": "brick"}, {"input": numbers})
    assert (data["changes"]["input"], data["listens"], grids(app)) == (numbers, True, [])
    assert [figure(run)["read"] for run in (app, checked(app.run()))] == ["image=brick"] * 2, (
        "not what the page made of it"
    )
    send(app, image="brick", input=numbers, stride="2")
    assert figure(app)["read"] == urlencode({"image": "brick", "input": numbers, "stride": "2"}, safe=",;")
    assert named(app.selectbox, "standard.sample").value == "brick"
    again = open_lesson("standard", **query(app))
    assert (query(again), figure(again)["revision"], refusal(again)) == (query(app), 0, "")


def test_an_image_that_the_figure_asks_for_gives_the_numbers_and_is_convolved_whole() -> None:
    app = open_lesson("dilated")
    assert not app.get("image")
    send(app, image="camera")
    assert asked(app) == {"input": gray_levels("camera", (7, 7))}
    captions = [image.caption for element in app.get("image") for image in element.proto.imgs]
    assert captions[0] == "Input 256 × 256"
    assert captions[1].startswith("Output 252 × 252, values ")
    kernel = Recipe.from_query("dilated", {}).weight[0, 0]
    levels = read_image(SAMPLES["camera"].read_bytes()).astype(float)
    output = sum(kernel[i, j] * levels[2 * i : 252 + 2 * i, 2 * j : 252 + 2 * j] for i, j in np.ndindex(3, 3))
    assert f"values {output.min():.4g} to {output.max():.4g}. " in captions[1]


def test_an_image_follows_the_size_of_the_input_and_fills_every_channel() -> None:
    app = open_lesson("standard", image="cat", input=gray_levels("cat", (5, 5)))
    cut = rows_to_text(((1.0,) * 4,) * 4)
    send(app, image="cat", input=cut)  # the figure cuts the numbers that it has
    assert asked(app) == {"input": gray_levels("cat", (4, 4))}
    send(app, image="cat", input=f"{cut}|{cut}", in_channels="2")
    assert asked(app)["input"] == "|".join([gray_levels("cat", (4, 4))] * 2)
    assert not app.get("image"), "an image has one channel"


def test_another_image_is_chosen_on_the_page_or_by_the_figure() -> None:
    app = open_lesson("standard", image="brick")
    sample = "standard.sample"
    accept(app)
    named(app.selectbox, sample).select("cat")
    checked(app.run())
    numbers = gray_levels("cat", (5, 5))
    assert (query(app), figure(app)["revision"]) == ({"input": numbers, "image": "cat"}, 2)
    send(app, revision=1, image="brick", input=gray_levels("brick", (5, 5)), stride="2")
    assert query(app) == {"input": numbers, "image": "cat", "stride": "2"}, "the figure does not know the cat yet"
    send(app, image="brick", input=gray_levels("brick", (5, 5)))  # a step back
    assert named(app.selectbox, sample).value == "brick"
    assert query(app) == {"input": gray_levels("brick", (5, 5)), "image": "brick"}


def test_the_numbers_of_an_image_become_own_ones() -> None:
    app = accept(open_lesson("standard", image="brick"))
    numbers = gray_levels("brick", (5, 5))
    send(app, input=numbers)
    assert (query(app), labels(app), cells(app)) == ({"input": numbers}, ["Input numbers"], numbers)
    send(app)
    assert (query(app), grids(app), figure(app)["listens"]) == ({}, [], False)


def upload(app: AppTest, color: int) -> AppTest:
    app.file_uploader[0].set_value(("own.png", png(color), "image/png"))
    return checked(app.run())


def test_an_uploaded_image_stays_out_of_the_link_and_its_numbers_are_in_it() -> None:
    app = accept(open_lesson("standard", image="brick", input_size="2", padding="1"))
    before = asked(app)
    named(app.selectbox, "standard.sample").select("upload")
    checked(app.run())
    assert [info.value for info in app.info] == ["Choose a file. Until then the numbers stay as they are."]
    assert query(app) == before
    upload(app, 7)
    assert query(app) == {"input": "7,7;7,7", "padding": "1"}
    send(app, input="7,7;7,7", padding="1", stride="2")
    upload(app, 9)
    assert query(app) == {"input": "9,9;9,9", "padding": "1", "stride": "2"}
    send(app, input="9,9;9,1", padding="1")  # a cell was edited in the picture
    assert labels(app) == ["Input numbers"]


def test_after_a_visit_elsewhere_the_numbers_of_an_upload_are_own_ones() -> None:
    app = accept(open_lesson("standard", image="brick", input_size="2", padding="1"))
    named(app.selectbox, "standard.sample").select("upload")
    accept(upload(checked(app.run()), 7))
    link = query(app)
    for page in ("dilated", "standard"):
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        app.query_params.clear()
        checked(app.run())
    assert (query(app), labels(app)) == (link, ["Input numbers"])
