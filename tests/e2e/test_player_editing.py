"""The player in a real browser: numbers that are typed into its cells."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.player_driver import NUMBERS, Play, typed


def test_a_number_is_edited_in_place(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}")
    before = "2"
    for text, shown in [("7", "7"), ("-2,5", "-2.5"), (" 1e1 ", "10")]:
        driver.double("input", 0, 1)
        expect(driver.field).to_have_value(before)
        expect(driver.field).to_have_accessible_name("New number for input[0, 1]")
        typed(driver, text)
        driver.press("Enter")
        address = "shown => decodeURIComponent(location.search).includes(`input=1,${shown},3;`)"
        driver.page.wait_for_function(address, arg=shown)
        expect(driver.field).to_be_hidden()
        expect(driver.plane("input")).to_be_focused()
        driver.says(f"input[0, 1] = {shown}".replace("-", "−"))
        before = shown


def test_a_weight_is_edited_by_keys_alone(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}&flip=true")
    driver.plane("kernel").focus()
    driver.press("ArrowRight", "Enter")
    typed(driver, "6")
    driver.press("Enter")
    # The first cell of a flipped kernel is stored last.
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('weight=1,0;6,-1')")
    driver.says("kernel[1, 0] = 6 meets")
    driver.press("ArrowDown")
    driver.says("kernel[0, 0] = 1 meets")


def test_what_is_no_number_is_refused_and_can_be_corrected(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}")
    driver.double("kernel", 0, 0)
    typed(driver, "<b>x</b>")
    driver.press("Enter")
    driver.says('A cell must hold a number; got "<b>x</b>".')
    expect(driver.spoken).to_have_text('A cell must hold a number; got "<b>x</b>".')
    expect(driver.field).to_have_attribute("aria-invalid", "true")
    driver.hover("input", 0, 0)
    driver.says("A cell must hold a number")
    typed(driver, "3")
    driver.press("Enter")
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('weight=3,0')")


def test_a_number_out_of_bounds_is_refused_in_a_sentence(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}")
    driver.double("input", 0, 0)
    typed(driver, "1e999")
    driver.press("Enter")
    driver.says('A cell must hold a number from −1,000,000 to 1,000,000; got "1e999".')
    assert "input=1,2,3" in driver.page.evaluate("decodeURIComponent(location.search)")


def test_escape_forgets_what_was_typed(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}")
    sent = driver.page.evaluate("window.sent")
    driver.double("input", 0, 0)
    typed(driver, "77")
    driver.press("Escape")
    expect(driver.field).to_be_hidden()
    expect(driver.plane("input")).to_be_focused()
    driver.says("input[0, 0] = 1")
    assert driver.page.evaluate("window.sent") == sent


def test_a_rounded_number_that_is_left_alone_stays_whole(play: Play) -> None:
    driver = play("/standard?input=0.123456,2;3,4&weight=1")
    sent = driver.page.evaluate("window.sent")
    driver.double("input", 0, 0)
    expect(driver.field).to_have_value("0.1235")
    driver.press("Enter")
    expect(driver.field).to_be_hidden()
    assert driver.page.evaluate("window.sent") == sent


def test_who_clicks_elsewhere_has_finished_typing(play: Play) -> None:
    """Telephones have keyboards without Enter."""
    driver = play(f"/standard?{NUMBERS}")
    driver.double("input", 0, 0)
    typed(driver, "8")
    driver.page.get_by_role("heading", name="Standard convolution").click()
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('input=8,2,3')")


def test_what_is_not_the_readers_own_cannot_be_edited(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}&padding=1")
    for plane in ("output", "input"):  # the first cell of the input is padding
        driver.double(plane, 0, 0)
        expect(driver.field).to_be_hidden()
