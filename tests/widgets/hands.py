"""A person at a control panel, who has a mouse and a keyboard, or a keyboard alone."""

from typing import Literal

from playwright.sync_api import Locator, Page, expect

Way = Literal["mouse", "keyboard"]
FAR = 200  # presses of the Tab key that are more than a person's patience
OPEN_TAB = "[role=tab][aria-selected=true]"
IS_FOCUSED = "element => element === document.activeElement"


class Person:
    """Works at one panel, by what stable names and roles tell of it."""

    def __init__(self, page: Page, panel: Locator, way: Way) -> None:
        self.page = page
        self.panel = panel
        self.way = way

    def row(self, device: str, name: str) -> Locator:
        return self.panel.locator(f'[data-device="{device}"] [data-property="{name}"]')

    def look_at(self, device: str, group: str) -> None:
        """Open the tab of a device, and in it that of a group."""
        self._open(self.panel.get_by_role("tab", name=device))
        self._open(self.panel.locator(f'[data-device="{device}"]').get_by_role("tab", name=group))

    def press(self, control: Locator) -> None:
        """Press a button or tick a box."""
        if self.way == "mouse":
            control.click()
        else:
            self._reach(control)
            self.page.keyboard.press("Space")

    def write(self, field: Locator, text: str, button: Locator) -> None:
        """Write into a field, and send it: with a button, or with Enter."""
        if self.way == "mouse":
            field.click()
            self.page.keyboard.type(text)
            button.click()
        else:
            self._reach(field)
            self.page.keyboard.type(text)
            self.page.keyboard.press("Enter")

    def choose(self, select: Locator, option: str, down: int) -> None:
        """Choose an option, which is so many further down."""
        if self.way == "mouse":
            select.click()
            select.get_by_role("option", name=option).click()
        else:
            self._reach(select)
            for key in ["Space", *["ArrowDown"] * down, "Enter"]:
                self.page.keyboard.press(key)

    def _open(self, tab: Locator) -> None:
        if self.way == "mouse":
            tab.click()
        else:
            self._arrow_to(tab)
        expect(tab).to_have_attribute("aria-selected", "true")

    def _arrow_to(self, tab: Locator) -> None:
        """Go along the tabs from the first, as only the open one is reached by the Tab key."""
        tabs = tab.locator("xpath=..").get_by_role("tab")
        tabs.and_(self.page.locator(OPEN_TAB)).focus()
        self.page.keyboard.press("Home")
        for _ in range(tabs.count()):
            if tab.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("ArrowRight")
        raise AssertionError(f"no arrow key leads to {tab}")

    def _reach(self, control: Locator) -> None:
        """Press the Tab key until a control has the focus, from the open group's tab on."""
        expect(control).to_be_enabled()
        self.panel.locator(OPEN_TAB).filter(visible=True).last.focus()
        for _ in range(FAR):
            if control.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not lead to {control}")
