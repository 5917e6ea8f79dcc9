"""Takes pictures of every page, in both themes and sizes, from a fresh demo: `make shots`."""

import io
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from attachdash.practice import demo, entrance  # noqa: E402
from tests.browser.people import SIZES, settled, sign_in, someone  # noqa: E402
from tests.browser.served import Served, start  # noqa: E402
from tests.chromium import chromium  # noqa: E402

OUT = ROOT / "docs" / "shots"
LIST = ROOT / "docs" / "pages.md"
STATES = [(size, scheme) for size in ("desktop", "phone") for scheme in ("light", "dark")]
HIGHEST = {"desktop": 1800, "phone": 2400}  # longer pages are cut there
SCALE, GAP, COLOURS = 0.5, 12, 256
SOON = 60_000

Step = Callable[[Page, str], None]  # the page, and the address of the server


@dataclass(frozen=True)
class Shot:
    """One page: its file and title, who looks, and what they do after the page before."""

    name: str
    title: str
    who: str
    steps: tuple[Step, ...]
    alone: str = ""  # the size that README shows by itself, in light


def at(path: str) -> Step:
    """A page by its address."""

    def go(page: Page, url: str) -> None:
        page.goto(f"{url}/{path}")
        expect(page.get_by_text("Sign out").first).to_be_visible(timeout=SOON)

    return go


def press(name: str, *, exact: bool = False) -> Step:
    """The first button of that name."""

    def click(page: Page, _url: str) -> None:
        page.get_by_role("button", name=name, exact=exact).first.click(timeout=SOON)

    return click


def press_in(place: str) -> Step:
    """The first button of a part of the page."""

    def click(page: Page, _url: str) -> None:
        page.locator(f"[class*='st-key-{place}'] button").first.click(timeout=SOON)

    return click


def record(code: str) -> Step:
    """The record of this client, from the caseload."""

    def go(page: Page, url: str) -> None:
        at("caseload")(page, url)
        find = page.get_by_label("Find code or name")
        find.fill(code, timeout=SOON)
        find.press("Enter")
        names = page.locator("[class*='st-key-open_'] button")
        expect(names).to_have_count(1, timeout=SOON)
        settled(page)
        names.click()
        page.wait_for_selector(".main-svg", timeout=SOON)

    return go


def choose(label: str, typed: str) -> Step:
    """An entry of a list, by what stands in it."""

    def pick(page: Page, _url: str) -> None:
        box = page.get_by_role("combobox", name=label).first
        quiet(page)  # a list that opens while the page is drawn shuts again
        box.click(timeout=SOON)
        if box.is_editable():  # not on a phone: no keyboard opens over the list
            box.fill(typed)
        page.get_by_role("option").filter(has_text=typed).first.click(timeout=SOON)

    return pick


def tick(name: str) -> Step:
    """A box or a switch."""

    def click(page: Page, _url: str) -> None:
        page.get_by_text(name, exact=True).first.click(timeout=SOON)

    return click


def see(text: str) -> Step:
    """Wait for these words."""

    def wait(page: Page, _url: str) -> None:
        expect(page.get_by_text(text).filter(visible=True).first).to_be_visible(timeout=SOON)

    return wait


def upload(name: str, content: Callable[[], str]) -> Step:
    """A file, chosen on a fresh import page."""

    def put(page: Page, url: str) -> None:
        at("import")(page, url)
        file = {"name": name, "mimeType": "text/csv", "buffer": content().encode()}
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file, timeout=SOON)

    return put


_taken = iter(range(1, 1000))


def couples() -> str:
    """A title, a row of groups over the names, two informants, and two mistakes."""
    on = [date.today() - timedelta(days=3 + next(_taken)) for _ in range(2)]
    rows = [
        "Practice Exhale; couples; printed for the team", "",
        ";;;CSI-4;;;;",
        "client;date;filled in by;1;2;3;4;note",
    ]  # fmt: skip
    for code, by, answers in (
        ("C-0100", "client", "4;3;4;3"), ("C-0100", "partner", "3;3;2;3"),
        ("C-0110", "client", "2;2;9;1"), ("C-0110", "partner", "2;1;2;1"),
        ("C-9999", "client", "5;4;4;4"),
    ):  # fmt: skip
        rows += [f"{code};{day:%d.%m.%Y};{by};{answers};" for day in on]
    return "\n".join([*rows, ""])


def wide() -> str:
    """A row a person, a column a time point, as in a trial."""
    header = "id,drug,bdi.pre,bdi.2m,bdi.4m,bdi.6m"
    rows = ["C-0100,No,29,20,18,", "C-0105,Yes,32,16,24,17", "C-0110,Yes,25,,,"]
    return "\n".join([header, *rows, ""])


THERAPIST, SUPERVISOR, ADMIN, CLIENT = "a.okafor", "h.marsh", "a.diallo", "m.lindqvist"
ROLES = {
    THERAPIST: "therapist", SUPERVISOR: "supervisor", ADMIN: "administrator", CLIENT: "client",
}  # fmt: skip
CODE = "C-0100"

# In order: each begins where the one before it ended, within one person.
SHOTS = (
    Shot("caseload", "Caseload", THERAPIST, (at("caseload"), see("Sorted by")), alone="desktop"),
    Shot("record", "A client's record", THERAPIST, (record(CODE),), alone="desktop"),
    Shot(
        "made",
        "How was this number made?",
        THERAPIST,
        (press("How was this number made?"), see("The formula, with these")),
    ),
    Shot("measure", "One measure", THERAPIST, (press("Open this measure"), see("Every answer"))),
    Shot("similar", "Similar clients", THERAPIST, (tick("Similar clients"),)),
    Shot(
        "paper",
        "Paper form",
        THERAPIST,
        (
            press("‹ Record"),
            press("Type a paper form"),
            choose("Questionnaire", "PHQ-9"),
            see("Look it over"),
        ),
    ),
    Shot("clients", "Clients", THERAPIST, (at("clients"), see("you treat"))),
    Shot("import-file", "Import: a file", THERAPIST, (at("import"), see("Past imports"))),
    Shot(
        "import-names",
        "Import: where the column names are",
        THERAPIST,
        (upload("couples.csv", couples), see("where are the column")),
    ),
    Shot(
        "import-meaning",
        "Import: what the columns mean",
        THERAPIST,
        (press("This is right: read"), see("what do the columns")),
    ),
    Shot(
        "import-check",
        "Import: check",
        THERAPIST,
        (
            choose("“client”", "The client"),
            press("This is right: check"),
            see("check before anything"),
        ),
    ),
    Shot("import-kept", "Import: kept", THERAPIST, (press("Keep "), see("Import: kept"))),
    Shot(
        "batch",
        "One import, and taking it back",
        THERAPIST,
        (
            choose("Look at one import", "couples"),
            press("Show this import"),
            see("Undo this import"),
        ),
    ),
    Shot(
        "import-wide",
        "Import: a row a person",
        THERAPIST,
        (upload("trial.csv", wide), see("what do the columns")),
    ),
    Shot("export", "Export", THERAPIST, (at("export"), see("Prepare the files"))),
    Shot("rules", "Rules", THERAPIST, (at("rules"), see("Items that are watched"))),
    Shot(
        "help",
        "What may help",
        THERAPIST,
        (at("agenda"), press_in("agenda-item-"), see("What you decide")),
    ),
    Shot("agenda", "Supervision agenda", SUPERVISOR, (at("agenda"), see("Add a note"))),
    Shot(
        "outcomes",
        "Outcomes",
        SUPERVISOR,
        (at("outcomes"), see("How this is counted")),
        alone="desktop",
    ),
    Shot(
        "progress", "My progress", CLIENT, (at(""), see("What this can’t tell you")), alone="phone"
    ),
    Shot("my-data", "My data", CLIENT, (at("my-data"), see("Who"))),
    Shot("people", "People", ADMIN, (at(""), see("Open sessions")), alone="desktop"),
    Shot("norms", "Norms", ADMIN, (at("norms"), see("Where they come from"))),
    Shot("audit", "Audit", ADMIN, (at("audit"), see("entries hold"))),
    Shot("settings", "Settings", ADMIN, (at("settings"), see("Time zone"))),
    Shot("system", "System", ADMIN, (at("system"), see("Backup"))),
    Shot("account", "Account", ADMIN, (at("account"), see("Password"))),
)


def quiet(page: Page) -> None:
    """Wait until nothing runs and nothing fades in."""
    settled(page)
    page.wait_for_timeout(1_500)
    settled(page)


def picture(page: Page, size: str) -> bytes:
    """The page from its top, as high as it is or HIGHEST."""
    quiet(page)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")
    width, usual = SIZES[size]
    long = int(page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight"))
    page.set_viewport_size({"width": width, "height": min(max(long, usual), HIGHEST[size])})
    page.wait_for_timeout(700)
    taken = page.screenshot()
    page.set_viewport_size({"width": width, "height": usual})
    return taken


def look(
    browser: Browser, served: Served, wanted: re.Pattern[str]
) -> Iterator[tuple[Shot, dict[str, bytes]]]:
    """Every shot asked for, with its pictures by state; one person's after another's."""
    for who, shots in groupby(SHOTS, key=lambda one: one.who):
        own, taken = list(shots), dict[Shot, dict[str, bytes]]()
        last = max((n for n, one in enumerate(own) if wanted.search(one.name)), default=-1)
        for size, scheme in STATES if last >= 0 else ():
            with someone(browser, size, scheme) as (_, page, _wrong):
                sign_in(page, served.url, who, served.passwords[who])
                for shot in own[: last + 1]:
                    for step in shot.steps:
                        step(page, served.url)
                        settled(page)
                    if wanted.search(shot.name):
                        taken.setdefault(shot, {})[f"{size}-{scheme}"] = picture(page, size)
                        print(shot.name, size, scheme, flush=True)
        yield from taken.items()


def small(image: Image.Image, scale: float) -> Image.Image:
    """Scaled, and with few enough colours to be kept in a repository."""
    size = round(image.width * scale), round(image.height * scale)
    scaled = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return scaled.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def sheet(states: dict[str, bytes]) -> Image.Image:
    """The four states of one page, side by side."""
    images = [Image.open(io.BytesIO(one)).convert("RGB") for one in states.values()]
    step = round(GAP / SCALE)
    whole = Image.new(
        "RGB",
        (sum(one.width + step for one in images) - step, max(one.height for one in images)),
        "#808080",
    )
    left = 0
    for one in images:
        whole.paste(one, (left, 0))
        left += one.width + step
    return whole


def list_them() -> None:
    """Write the page of the docs that shows every sheet there is."""
    said = [
        "# Every page, in both themes and sizes",
        "The demo practice at 1440 and 390 px, light and dark, by `make shots`. Long pages are "
        "cut. Who looks stands in brackets.",
    ]
    for shot in SHOTS:
        if (OUT / f"{shot.name}-all.png").exists():
            said += [f"**{shot.title}** ({ROLES[shot.who]})"]
            said += [f"![{shot.title}](shots/{shot.name}-all.png)"]
    LIST.write_text("\n\n".join(said) + "\n", encoding="utf-8")


def main(names: str = "", raw: Path | None = None) -> None:
    """Take the pictures whose name `names` matches; each state by itself into `raw`, if given."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        demo.make_demo(home / "demo", entrance.clock())
        served = start(home, home / "server.log")
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            for shot, states in look(browser, served, re.compile(names)):
                keep(shot, states, raw)
            list_them()
        finally:
            browser.close()
            served.process.terminate()
            served.process.wait(20)


def keep(shot: Shot, states: dict[str, bytes], raw: Path | None) -> None:
    """Write a page's sheet, and the picture that stands alone; or each as it is into `raw`."""
    if raw:
        for state, data in states.items():
            (raw / f"{shot.name}-{state}.png").write_bytes(data)
        return
    small(sheet(states), SCALE).save(OUT / f"{shot.name}-all.png", optimize=True)
    if shot.alone:
        own = Image.open(io.BytesIO(states[f"{shot.alone}-light"]))
        small(own, 1).save(OUT / f"{shot.name}.png", optimize=True)


if __name__ == "__main__":
    given = sys.argv[1:]
    main(given[0] if given else "", Path(given[1]) if len(given) > 1 else None)
