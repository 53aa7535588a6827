"""The player in a real browser: numbers that are typed into its cells."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.player_driver import NUMBERS, Play, typed


def test_a_number_is_edited_in_place(play: Play) -> None:
    driver = play(f"/standard?{NUMBERS}")
    sent = driver.page.evaluate("window.sent")
    driver.double("input", 0, 0)
    typed(driver, "77")
    driver.press("Escape")  # forgets what was typed
    expect(driver.field).to_be_hidden()
    expect(driver.plane("input")).to_be_focused()
    driver.says("input[0, 0] = 1")
    assert driver.page.evaluate("window.sent") == sent
    before = "2"
    for text, shown in [("7", "7"), ("-2,5", "-2.5"), (" 1e1 ", "10")]:
        driver.double("input", 0, 1)
        expect(driver.field).to_have_value(before)
        expect(driver.field).to_have_accessible_name("New number for input[0, 1]")
        typed(driver, text)
        driver.press("Enter")
        address = "shown => decodeURIComponent(location.search).includes(`input=1,${shown},3;`)"
        driver.page.wait_for_function(address, arg=shown)
        expect(driver.field).to_have_accessible_name("New number for input[1, 1]")  # Enter goes down
        driver.press("Escape")
        expect(driver.field).to_be_hidden()
        driver.press("ArrowUp")
        expect(driver.plane("input")).to_be_focused()
        driver.says(f"input[0, 1] = {shown}".replace("-", "−"))
        before = shown
    driver.double("input", 0, 0)
    typed(driver, "8")
    driver.page.get_by_role("heading", name="Standard convolution").click()  # telephones have keyboards without Enter
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('input=8,10,3')")


def test_a_weight_is_edited_by_keys_alone_and_only_what_is_the_readers_own(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}&flip=true&padding=1")
    for plane in ("output", "input"):  # the first cell of the input is padding
        driver.double(plane, 0, 0)
        expect(driver.field).to_be_hidden()
    driver.press("Escape")
    driver.plane("kernel").focus()
    driver.press("ArrowRight", "Enter")
    typed(driver, "6")
    driver.press("Enter")
    # The first cell of a flipped kernel is stored last.
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('weight=1,0;6,-1')")
    expect(driver.field).to_have_accessible_name("New number for kernel[0, 0]")
    driver.press("Escape", "ArrowUp")
    driver.says("kernel[1, 0] = 6 meets")
    driver.press("ArrowDown")
    driver.says("kernel[0, 0] = 1 meets")


def test_what_is_no_number_or_too_large_is_refused_and_can_be_corrected(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}")
    driver.double("kernel", 0, 0)
    typed(driver, "<b>x</b>")
    driver.press("Enter")
    driver.says('A cell must hold a number; got "<b>x</b>".')
    expect(driver.spoken).to_have_text('A cell must hold a number; got "<b>x</b>".')
    expect(driver.field).to_have_attribute("aria-invalid", "true")
    driver.hover("input", 0, 0)
    driver.says("A cell must hold a number")
    for text in ("1e999", "1e9"):
        typed(driver, text)
        driver.press("Enter")
        sentence = f'A cell must hold a number from −1,000,000 to 1,000,000; got "{text}".'
        expect(driver.caption).to_have_text(sentence)
        expect(driver.field).to_have_value(text)
    assert "weight=1,0" in driver.page.evaluate("decodeURIComponent(location.search)")
    typed(driver, "1e6")
    driver.press("Enter")
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('weight=1000000,0')")


def test_a_rounded_number_that_is_left_alone_stays_whole(play: Play) -> None:
    driver = play("/figure/standard?input=0.123456,2;3,4&weight=1")
    sent = driver.page.evaluate("window.sent")
    driver.double("input", 0, 0)
    expect(driver.field).to_have_value("0.1235")
    driver.press("Enter", "Enter")
    expect(driver.field).to_be_hidden()
    assert driver.page.evaluate("window.sent") == sent


def test_a_row_is_typed_at_once(play: Play) -> None:
    driver = play(f"/figure/standard?{NUMBERS}")
    driver.plane("input").focus()
    driver.press("Enter")
    for digits in ("11", "22", "33", "44"):
        driver.page.keyboard.type(digits)
        driver.press("Tab")
    expect(driver.field).to_have_accessible_name("New number for input[1, 1]")
    driver.page.wait_for_function("() => decodeURIComponent(location.search).includes('input=11,22,33;44,5,6')")
    driver.press("Escape")
    driver.says("input[1, 1] = 5")
