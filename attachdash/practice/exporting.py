"""Giving back what is held: a CSV row per administration, cells safe for a spreadsheet."""

import csv
import io

from attachdash.intake.cells import escaped
from attachdash.intake.numbers import REASONS
from attachdash.practice.entrance import ALL_SIGNED_IN
from attachdash.practice.rights import (
    About,
    Audit,
    Role,
    Viewer,
    change,
    reach,
    use_case,
    whole_practice,
)
from attachdash.store import scores

WORDS = {reason: word for word, reason in REASONS.items()}


@use_case(roles=ALL_SIGNED_IN, about=About.NOTHING, audit=Audit.CHANGE)
def export(viewer: Viewer) -> dict[str, str]:
    """One CSV text per instrument, by instrument id: what the viewer may see now.

    The whole practice only for an administrator at the terminal. A client's own copy holds their
    answers too, as they were marked: 7.3 where the form has tenths. An item left blank is empty;
    one declined or not applicable says so.
    """
    asked = whole_practice(viewer) if viewer.role is Role.ADMINISTRATOR else reach(viewer)
    with viewer.store.engine.reading(viewer.scope) as cursor:
        administrations = scores.everything(cursor, asked).to_pylist()
        values: dict[int, dict[int, float | None]] = {}
        for row in scores.every_score(cursor, asked).to_pylist():
            values.setdefault(row["administration_id"], {})[row["scale_id"]] = row["value"]
    catalogue, texts = viewer.store.catalogue, {}
    for code in dict.fromkeys(row["instrument"] for row in administrations):
        held = [row for row in administrations if row["instrument"] == code]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\r\n")
        # As many columns as the longest form has, whatever the definition says today.
        longest = max(len(row["answers"] or ()) for row in held)
        most = max(longest, len(catalogue.instrument(code).items))
        items = [f"{code}_{number}" for number in range(1, most + 1)]
        scales = catalogue.scales_of(code)
        writer.writerow(
            ["client", "answered_on", "day_is_nominal", "occasion", *items]
            + [f"{code}_{scale.id}" for scale in scales.values()]
        )
        for row in held:
            answers = [*(row["answers"] or ()), *[-1] * most][:most]
            own = values.get(row["administration_id"], {})
            cells = [row["code"], row["answered_on"], "yes" if row["is_nominal"] else "",
                     row["occasion"],
                     *(_said(one, catalogue.instrument(code).step) for one in answers),
                     *("" if own.get(one) is None else own[one] for one in scales)]  # fmt: skip
            writer.writerow([escaped(cell) for cell in cells])
        texts[code] = text.getvalue()
    change(
        viewer,
        "exported",
        lambda cursor: None,
        client_id=viewer.client_id,
        detail=f"{len(administrations)} administrations",
    )
    return texts


def _said(answer: int, step: float) -> str:
    """An answer in whole steps as the form has it; the reason where there is none."""
    return f"{answer * step:g}" if answer >= 0 else WORDS.get(answer, "")
