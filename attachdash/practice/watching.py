"""Which courses raise a flag, and which fell silent: judged anew wherever answers change.

`refresh` says of clients what holds now and makes their flags say the same: raises what is new,
moves what stands to its latest answer, ends what no longer holds. It is called in the transaction
of whatever changed, each night, and where a caseload finds a silence that no flag tells of yet.
The courses of all of them are judged in one pass of the change engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from attachdash.change.figures import Lacking, ScaleFigures, figures_of
from attachdash.change.off_course import LEAST_ANSWERS, LEAST_WEEKS, OffCourse
from attachdash.change.series import Ints, series_of
from attachdash.change.verdict import Word, calls
from attachdash.instruments import LEADS, Domain, Instrument, Scale
from attachdash.instruments.sourced import COMPARISONS
from attachdash.instruments.words import Side
from attachdash.practice.norms import scale_of
from attachdash.practice.rights import About, Audit, Role, Viewer, change, use_case
from attachdash.practice.rules import HISTORIC_AFTER, SILENT_DAYS, Kind
from attachdash.store import watched
from attachdash.store.engine import Cursor

TRIAD = (Domain.COMMUNICATION, Domain.REGULATION, Domain.SELF_ESTEEM)
DOMAINS = (*TRIAD, Domain.SYMPTOMS, Domain.ALLIANCE)
KINDS = (
    Kind.RED, Kind.AMBER, Kind.NOT_MOVING, Kind.WORSE, Kind.ALLIANCE_FALLEN, Kind.ALLIANCE_LOW,
    Kind.OVERDUE,
)  # fmt: skip
# A client has at most one flag of the course, of the alliance, of silence, and of each of the
# three; where an episode has just ended its flags go, which is as many steps again.
MOST_FLAGS, MOST_STEPS = 6, 24
AT_ONCE = 2_000  # clients in one transaction of the night
IN_A_PASS = 10_000  # courses judged at once: more take memory and win no time
LIVE = ("open", "historic", "seen", "acted", "closed")
KEY = ["client_id", "cause"]
WANTED: dict[str, pl.DataType | type[pl.DataType]] = {
    "client_id": pl.Int64, "episode_id": pl.Int64, "cause": pl.String, "kind": pl.String,
    "administration_id": pl.Int64, "answered_on": pl.Date,
}  # fmt: skip
Scales = dict[int, tuple[Instrument, Scale]]  # by id, with their figures


@dataclass(frozen=True, slots=True)
class Watch:
    """What refreshing some clients' flags may need, taken before the transaction begins."""

    scales: Scales  # that may lead a domain
    flag_ids: Sequence[int]
    step_ids: Sequence[int]


def watch(viewer: Viewer, clients: int) -> Watch:
    """Take what refreshing so many clients may need."""
    known, new_ids = viewer.store.catalogue.scale_ids, viewer.store.engine.new_ids
    return Watch(
        {
            known[key]: scale_of(viewer, known[key])
            for domain in DOMAINS
            for key in LEADS[domain]
            if key in known
        },
        new_ids("flag", MOST_FLAGS * clients) if clients else [],
        new_ids("flag_step", MOST_STEPS * clients) if clients else [],
    )


def refresh(
    cursor: Cursor, viewer: Viewer, client_ids: Sequence[int], taken: Watch, *,
    by_time: bool = False,
) -> None:  # fmt: skip
    """Make the flags of these clients' courses and silence say what holds now.

    A silence begins by time alone: what somebody does just now may be the first of more.
    """
    found = watched.judged(
        cursor, viewer.site_id, viewer.today, sorted(client_ids), list(taken.scales),
        [kind.value for kind in KINDS],
    )  # fmt: skip
    current = found.current.unique("client_id", keep="last", maintain_order=True)
    silent = _silent(viewer, current, found.last)
    if not by_time:
        told = found.held.filter(pl.col("state").is_in(LIVE))
        silent = silent.join(told.select(KEY), on=KEY, how="semi")
    leads = _leading(viewer, current, found)
    of_courses = [_of_courses(cursor, viewer, some, taken) for some in leads.iter_slices(IN_A_PASS)]
    wanted = pl.concat([*of_courses, silent])
    if not (wanted.is_empty() and found.held.is_empty()):
        _settle(cursor, viewer, wanted, found.held, taken)


@use_case(roles=[Role.ADMINISTRATOR], about=About.NOTHING, audit=Audit.CHANGE)
def refresh_all(viewer: Viewer) -> int:
    """Judge everybody in care anew, for what time alone changes; of how many clients."""
    with viewer.store.engine.reading(viewer.scope) as cursor:
        everyone = watched.in_care(cursor, viewer.site_id)
    for start in range(0, max(len(everyone), 1), AT_ONCE):
        some = everyone[start : start + AT_ONCE]
        refresh_now(viewer, some)
    return len(everyone)


def refresh_now(viewer: Viewer, client_ids: Sequence[int]) -> None:
    """Refresh in a transaction of its own, inside a use-case."""
    taken = watch(viewer, len(client_ids))

    def work(cursor: Cursor) -> None:
        refresh(cursor, viewer, client_ids, taken, by_time=True)

    change(viewer, "refreshed flags", work, detail=f"{len(client_ids)} clients")


@use_case(
    roles=[Role.THERAPIST, Role.SUPERVISOR, Role.ADMINISTRATOR],
    about=About.NOTHING,
    audit=Audit.NONE,
)
def untold(viewer: Viewer) -> tuple[str, ...]:
    """Of which leading scales a kind of flag can't be raised in this practice, and why; a sentence
    for each kind and reason, none where all can be told."""
    known, found = viewer.store.catalogue.scale_ids, []
    for name, domains in _RESTS_ON.items():
        lacking: dict[Lacking, list[str]] = {}
        for key in dict.fromkeys(key for domain in domains for key in LEADS[domain]):
            if key in known:
                instrument, scale = scale_of(viewer, known[key])
                why = figures_of(instrument, scale).lacking
                if why is not None:
                    lacking.setdefault(why, []).append(instrument.short_name)
        found += [f"{name} can’t be raised by {', '.join(which)}: {why}."
                  for why, which in lacking.items()]  # fmt: skip
    return tuple(found)


_RESTS_ON = {
    "Red, amber and not moving": (Domain.SYMPTOMS,),
    Kind.WORSE.rule.name: TRIAD,
    Kind.ALLIANCE_FALLEN.rule.name: (Domain.ALLIANCE,),
}


def _of_courses(cursor: Cursor, viewer: Viewer, leads: pl.DataFrame, taken: Watch) -> pl.DataFrame:
    rows = watched.scores(cursor, viewer.site_id, leads)
    last = rows.group_by("place", maintain_order=True).agg(
        pl.len().alias("count"), pl.col("administration_id", "answered_on", "value").last()
    )
    series = pl.concat([leads[last["place"]], last], how="horizontal")
    scales = {
        one: taken.scales.get(one) or viewer.store.catalogue.scales[one]
        for one in series["scale_id"].unique()
    }
    called = calls(
        series_of(
            rows["value"].to_numpy(),
            rows["answered_on"].to_physical().to_numpy(),
            np.concatenate([[0], np.cumsum(series["count"].to_numpy())]),
        ),
        *_figures(series, scales),
        series["started_on"].to_physical().to_numpy(),
    )
    return (
        series.with_columns(word=called.word, flag=called.flag, is_low=_is_low(scales))
        .with_columns(kind=_KIND, cause=_CAUSE)
        .drop_nulls("kind")
        .select(*WANTED)
    )


def _figures(series: pl.DataFrame, scales: Scales) -> tuple[list[ScaleFigures], Ints]:
    """The figures there are, and which of them each series has: an age only chooses a line."""
    lined = [one for one, (_, scale) in scales.items() if any(line.ages for line in scale.cutoffs)]
    each = series.select("scale_id", age=pl.when(pl.col("scale_id").is_in(lined)).then(_AGE))
    few = each.unique(maintain_order=True)
    places = few.with_columns(which=pl.int_range(pl.len(), dtype=pl.Int64))
    which = each.join(
        places, on=few.columns, how="left", nulls_equal=True, maintain_order="left"
    )["which"]  # fmt: skip
    return [figures_of(*scales[one], age=age) for one, age in few.rows()], which.to_numpy()


def _is_low(scales: Scales) -> pl.Expr:
    """Whether the latest value is on the unwell side of a line of its scale."""
    return pl.any_horizontal(
        pl.lit(value=False),
        *(
            (pl.col("scale_id") == scale_id) & COMPARISONS[line.op](pl.col("value"), line.value)
            for scale_id, (_, scale) in scales.items()
            for line in scale.cutoffs
            if line.side is Side.UNWELL
        ),
    )


def _month_and_day(on: str) -> pl.Expr:
    return pl.col(on).dt.month().cast(pl.Int32) * 100 + pl.col(on).dt.day()


# As age_on has it, of many.
_AGE = (
    pl.col("answered_on").dt.year()
    - pl.col("born_on").dt.year()
    - (_month_and_day("answered_on") < _month_and_day("born_on")).cast(pl.Int32)
)
_CAUSE = (
    pl.when(pl.col("domain") == Domain.SYMPTOMS.value)
    .then(pl.format("course:{}", "episode_id"))
    .when(pl.col("domain") == Domain.ALLIANCE.value)
    .then(pl.format("alliance:{}", "episode_id"))
    .otherwise(pl.format("worse:{}:{}", "episode_id", "scale_id"))
)
_OF_COURSE = {
    int(OffCourse.RED): Kind.RED.value, int(OffCourse.AMBER): Kind.AMBER.value,
    int(OffCourse.NOT_MOVING): Kind.NOT_MOVING.value,
}  # fmt: skip
_WORSE = [int(Word.PROBABLY_WORSE), int(Word.RELIABLY_WORSE)]
_ALLIANCE = (
    pl.when(pl.col("word").is_in(_WORSE))
    .then(pl.lit(Kind.ALLIANCE_FALLEN.value))
    .when("is_low")
    .then(pl.lit(Kind.ALLIANCE_LOW.value))
)
# What a series raises, or null.
_KIND = (
    pl.when(pl.col("domain") == Domain.SYMPTOMS.value)
    .then(pl.col("flag").replace_strict(_OF_COURSE, default=None, return_dtype=pl.String))
    .when(pl.col("domain") == Domain.ALLIANCE.value)
    .then(_ALLIANCE)
    .when(pl.col("word") == int(Word.RELIABLY_WORSE))
    .then(pl.lit(Kind.WORSE.value))
)


def _leading(viewer: Viewer, current: pl.DataFrame, found: watched.Judged) -> pl.DataFrame:
    """The scale that stands for each domain of each client, as courses.leading has it: the fixed
    one where it has a score, else the first of the lead list. Of those that can tell of anything,
    a row each with the therapy that goes on."""
    known = viewer.store.catalogue.scale_ids
    places = pl.DataFrame(
        [
            (domain.value, known[key], place)
            for domain in DOMAINS
            for place, key in enumerate(LEADS[domain])
            if key in known
        ],
        {"domain": pl.String, "scale_id": pl.Int64, "place": pl.Int64}, orient="row",
    )  # fmt: skip
    fixed = found.fixed.select(
        "episode_id", "domain", pl.col("scale_id").cast(pl.Int64), place=pl.lit(-1, pl.Int64)
    )
    summed = found.summed.join(current, on=["client_id", "episode_id"])
    summed = summed.with_columns(pl.col("scale_id").cast(pl.Int64))
    both = [
        summed.join(places, on="scale_id"),
        summed.join(fixed, on=["episode_id", "scale_id"]),
    ]
    asked = [domain.value for domain in DOMAINS]
    # What can't be told of is not read; of the alliance the latest answer alone may tell.
    enough = (pl.col("n") >= LEAST_ANSWERS) & (
        (pl.col("latest_on") - pl.col("baseline_on")).dt.total_days() >= LEAST_WEEKS * 7
    )
    return (
        pl.concat([one.select(*summed.columns, "domain", "place") for one in both])
        .filter(pl.col("domain").is_in(asked))
        .sort("client_id", "domain", "place")
        .unique(["client_id", "domain"], keep="first", maintain_order=True)
        .filter(enough | (pl.col("domain") == Domain.ALLIANCE.value))
        .drop("place")
    )


def _silent(viewer: Viewer, current: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """Whose answers are overdue: in a therapy that goes on, of those whom somebody treats."""
    since = pl.max_horizontal("started_on", "last_on")
    silent = (pl.lit(viewer.today) - since).dt.total_days() >= SILENT_DAYS
    return (
        current.join(last, on="client_id")
        .filter(silent)
        .with_columns(
            cause=pl.format("overdue:{}", "episode_id"), kind=pl.lit(Kind.OVERDUE.value),
            administration_id=pl.lit(None, pl.Int64), answered_on=pl.lit(viewer.today),
        )
        .select(*WANTED)
    )  # fmt: skip


def _settle(
    cursor: Cursor, viewer: Viewer, wanted: pl.DataFrame, held: pl.DataFrame, taken: Watch
) -> None:
    """Raise, renew and end flags so that those held are those wanted."""
    found = wanted.join(held, on=KEY, how="full", coalesce=True, suffix="_held").sort(KEY)
    now, gravity = pl.lit(viewer.now), {kind.value: at for at, kind in enumerate(Kind)}
    rank = pl.col("kind").replace_strict(gravity, return_dtype=pl.Int64, default=None)
    rank_held = pl.col("kind_held").replace_strict(gravity, return_dtype=pl.Int64, default=None)
    recent = pl.lit(viewer.today) - pl.col("answered_on") <= HISTORIC_AFTER
    fresh = pl.when(recent).then(pl.lit("open")).otherwise(pl.lit("historic"))
    other = pl.col("administration_id").ne_missing(pl.col("administration_id_held"))
    gone = pl.col("state").is_in(["over", "withdrawn"])
    # Graver than what was looked at, or closed and there is more of it, or nobody was asked to look
    # because it was old: it wants a new look.
    new = ((pl.col("state") == "closed") & other) | ((pl.col("state") == "historic") & recent)
    again = (rank < rank_held) | gone | new
    stands, is_held = pl.col("kind").is_not_null(), pl.col("flag_id").is_not_null()
    raised = found.filter(stands & ~is_held).with_columns(state=fresh, step=pl.lit("raised"))
    raised = raised.with_columns(_ids(taken.flag_ids, raised.height, "flag_id"))
    moved = found.filter(
        stands & is_held & (again | other | (pl.col("kind") != pl.col("kind_held")))
    ).with_columns(
        state=pl.when(again & (recent | gone)).then(fresh).otherwise("state"),
        # What waits already waits since it was opened.
        raised_at=pl.when(again & (pl.col("state") != "open")).then(now).otherwise("raised_at"),
        step=pl.lit("new evidence"),
    )
    ended = found.filter(~stands & pl.col("state").is_in(LIVE)).with_columns(
        kind="kind_held", episode_id="episode_id_held",
        administration_id="administration_id_held", state=pl.lit("over"), step=pl.lit("over"),
    )  # fmt: skip
    renewed = pl.concat([moved, ended])
    steps = pl.concat([raised, renewed], how="diagonal_relaxed").select(
        "flag_id",
        kind="step",
        words=pl.when(pl.col("administration_id").is_not_null())
        .then(pl.format("administration {}", "administration_id"))
        .otherwise(pl.lit("")),
    )
    watched.write(
        cursor, viewer.site_id, viewer.now, raised=raised.drop("raised_at"), renewed=renewed,
        steps=steps.with_columns(_ids(taken.step_ids, steps.height, "step_id")),
        by_person_id=viewer.person_id,
    )  # fmt: skip


def _ids(taken: Sequence[int], count: int, name: str) -> pl.Series:
    return pl.Series(name, list(taken[:count]), pl.Int64)
