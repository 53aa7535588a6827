"""The player in a real browser: numbers that are typed into its cells."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.hand import NUMBERS, Play, typed


def test_a_number_is_edited_in_place(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    before = "2"
    for text, shown in [("7", "7"), ("-2,5", "-2.5"), (" 1e1 ", "10")]:
        hand.double("input", 0, 1)
        expect(hand.field).to_have_value(before)
        expect(hand.field).to_have_accessible_name("New number for input[0, 1]")
        typed(hand, text)
        hand.press("Enter")
        address = "shown => decodeURIComponent(location.search).includes(`input=1,${shown},3;`)"
        hand.page.wait_for_function(address, arg=shown)
        expect(hand.field).to_be_hidden()
        expect(hand.plane("input")).to_be_focused()
        hand.says(f"input[0, 1] = {shown}".replace("-", "−"))
        before = shown


def test_a_weight_is_edited_by_keys_alone(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&flip=true")
    hand.plane("kernel").focus()
    hand.press("ArrowRight", "Enter")
    typed(hand, "6")
    hand.press("Enter")
    # What stands first when the kernel is flipped is stored last.
    hand.page.wait_for_function("() => decodeURIComponent(location.search).includes('weight=1,0;6,-1')")
    hand.says("kernel[1, 0] = 6 meets")
    hand.press("ArrowDown")
    hand.says("kernel[0, 0] = 1 meets")


def test_what_is_no_number_is_refused_and_can_be_corrected(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.double("kernel", 0, 0)
    typed(hand, "<b>x</b>")
    hand.press("Enter")
    hand.says('A cell must hold a number; got "<b>x</b>".')
    expect(hand.spoken).to_have_text('A cell must hold a number; got "<b>x</b>".')
    expect(hand.field).to_have_attribute("aria-invalid", "true")
    hand.hover("input", 0, 0)
    hand.says("A cell must hold a number")
    typed(hand, "3")
    hand.press("Enter")
    hand.page.wait_for_function("() => decodeURIComponent(location.search).includes('weight=3,0')")


def test_a_number_out_of_bounds_is_refused_in_a_sentence(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    hand.double("input", 0, 0)
    typed(hand, "1e999")
    hand.press("Enter")
    hand.says('A cell must hold a number from −1,000,000 to 1,000,000; got "1e999".')
    assert "input=1,2,3" in hand.page.evaluate("decodeURIComponent(location.search)")


def test_escape_forgets_what_was_typed(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}")
    sent = hand.page.evaluate("window.sent")
    hand.double("input", 0, 0)
    typed(hand, "77")
    hand.press("Escape")
    expect(hand.field).to_be_hidden()
    expect(hand.plane("input")).to_be_focused()
    hand.says("input[0, 0] = 1")
    assert hand.page.evaluate("window.sent") == sent


def test_a_rounded_number_that_is_left_alone_stays_whole(play: Play) -> None:
    hand = play("/standard?input=0.123456,2;3,4&weight=1")
    sent = hand.page.evaluate("window.sent")
    hand.double("input", 0, 0)
    expect(hand.field).to_have_value("0.1235")
    hand.press("Enter")
    expect(hand.field).to_be_hidden()
    assert hand.page.evaluate("window.sent") == sent


def test_who_clicks_elsewhere_has_finished_typing(play: Play) -> None:
    """Telephones have keyboards without Enter."""
    hand = play(f"/standard?{NUMBERS}")
    hand.double("input", 0, 0)
    typed(hand, "8")
    hand.page.get_by_role("heading", name="Standard convolution").click()
    hand.page.wait_for_function("() => decodeURIComponent(location.search).includes('input=8,2,3')")


def test_what_is_not_the_readers_own_cannot_be_edited(play: Play) -> None:
    hand = play(f"/standard?{NUMBERS}&padding=1")
    for plane in ("output", "input"):  # the first cell of the input is padding
        hand.double(plane, 0, 0)
        expect(hand.field).to_be_hidden()
