"""Import: a file of answers, from its columns to what was kept."""

import streamlit as st

from attachdash import web
from attachdash.practice.house import settings
from attachdash.practice.reading import Titled, Unreadable, Workbook, instrument
from attachdash.practice.rights import Role
from attachdash.web import compared, jobs, meaning, saved, sheets, tables, who
from attachdash.web import import_draft as drafts
from attachdash.web import importing as parts
from attachdash.web.import_draft import Draft

viewer = web.viewer()
known = settings(viewer)
zone = known.time_zone
administers = viewer.role is Role.ADMINISTRATOR


def say_wrong() -> None:
    """Why the last work came to nothing."""
    error = drafts.wrong()
    if isinstance(error, Unreadable):
        parts.refusal(error)
    elif error is not None:
        st.error(web.plain(error))


@st.fragment(run_every="1s")
def watch() -> None:
    """How far a long work is; draw the page anew when it is done."""
    job = jobs.of(who.present(touch=False))
    if job is None or job.is_done:
        st.rerun()
    else:
        st.write(f"{job.what} for {parts.counted(job.seconds, 'second')} now.")


def work_step(job: jobs.Job) -> None:
    """Wait for a long work."""
    web.header(
        f"Import: {job.what.lower()}", job.file_name,
        "It goes on by itself: you can leave this page, and come back to it on this browser.",
    )  # fmt: skip
    parts.strip({"Reading": 0, "Checking": 2, "Keeping": 3}[job.what])
    with web.card("work"):
        watch()


def file_step() -> None:
    """Choose the file."""
    web.header(
        "Import",
        "CSV and Excel files of answers or ready scores",
        "Nothing is kept before you say so.",
    )
    parts.strip(0)
    with web.card("file"):
        upload = st.file_uploader(
            "A CSV or Excel file (.xlsx) of answers or ready scores", type=["csv", "xlsx"],
            max_upload_size=known.largest_upload, key=f"import{drafts.number()}_file",
        )  # fmt: skip
        say_wrong()
        left = drafts.left_behind(viewer)
        if left is not None and upload is None:
            st.button(
                f"Go on with {web.plain(left.file_name)}, read a while ago",
                on_click=drafts.resume, args=(left,), key="import_resume",
            )  # fmt: skip
    if upload is not None and drafts.read(viewer, upload.file_id, upload.name, upload.getvalue()):
        st.rerun()
    with web.card("past"):
        parts.past(viewer, zone)


def sheet_step(file: Workbook | Titled | drafts.Headed) -> None:
    """Say where the column names stand: in which sheet and row, and what stands below them."""
    if isinstance(file, Workbook):
        title, what = "Import: which sheet?", "the sheet and the row"
        known = f"{file.file_name} · {parts.counted(len(file.sheets), 'sheet')}"
    else:
        title, what = "Import: where are the column names?", "the row"
        known = file.file_name if isinstance(file, Titled) else file.table.file_name
    web.header(
        title,
        f"{known} · nothing has been kept",
        f"Please confirm {what} that holds the names of the columns.",
    )
    parts.strip(0)
    with web.card("sheet"):
        read = sheets.ask(viewer, file)
    wrong = st.container()
    with wrong:
        say_wrong()
    with st.container(horizontal=True, vertical_alignment="center"):
        go_on = st.button(
            "This is right: read it", type="primary", disabled=read is None,
            key=f"import{drafts.number()}_read",
        )  # fmt: skip
        st.button("Another file", on_click=drafts.forget, key=f"import{drafts.number()}_other")
    if go_on and read is not None:
        try:
            read()
        except Unreadable as error:
            with wrong:
                parts.refusal(error)
        else:
            st.rerun()


def meaning_step(made: Draft) -> None:
    """Say what the columns mean."""
    table = made.table
    web.header(
        "Import: what do the columns mean?",
        f"{table.file_name} · {parts.counted(table.total_rows, 'row')}, "
        f"{parts.counted(len(table.columns), 'column')} · nothing has been kept",
        "Please confirm each field. What stands in them was found by looking at names and values.",
    )
    parts.strip(1)
    saved.fitting(viewer, made, zone)
    mapping = meaning.ask(viewer, made)
    said = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        go_on = st.button(
            f"This is right: check {parts.counted(table.total_rows, 'row')}", type="primary",
            disabled=mapping is None, key=made.key("check"),
        )  # fmt: skip
        if made.parts:
            st.button("Leave this one out", on_click=made.go_back, key=made.key("without"))
        st.button("Another file", on_click=drafts.forget, key=made.key("back"))
        if mapping is None:
            st.write(
                "Opens when layout, questionnaire, who answered, client code, day and answers are "
                "chosen."
            )
        else:
            st.write("Checking keeps nothing.")
    with said:
        say_wrong()
    if go_on and mapping is not None:
        made.confirm(mapping)
        with said:
            drafts.check(viewer, made)
        st.rerun()


def check_step(made: Draft) -> None:
    """Look at what would happen, and keep it."""
    preview, mapping = made.preview, made.mapping
    assert preview is not None, "the step says so"
    assert mapping is not None, "the step says so"
    asked = instrument(viewer, mapping.instrument)
    ready, new_rows, same = preview.ready, preview.new_rows, preview.checked.repeated_same
    theirs = "client" if len(made.new_codes) == 1 else "clients"
    more = f" now, {new_rows:,} more if you create their {theirs}" if new_rows else ""
    web.header(
        "Import: check before anything is kept",
        f"{made.table.file_name} · {asked.short_name} · "
        f"{parts.counted(made.table.total_rows, 'row')}",
        f"{parts.counted(ready, 'row')} can be kept{more}, {preview.refused:,} "
        f"{'is' if preview.refused == 1 else 'are'} refused, "
        f"{parts.held(viewer, preview.already_held)}. "
        "Nothing has been kept yet. Refused rows don’t hold up the others."
        + (f" {parts.counted(same, 'row')} repeat another and count once." if same else ""),
    )
    parts.strip(2)
    if preview.same_file_at:
        when = tables.ago(preview.same_file_at, zone, viewer.today)
        st.info(f"This same file came in before, with the same meaning: {when}.")
    for note in preview.checked.notes:
        st.html(f'<div class="ad-meta">{web.esc(note)}</div>')
    if made.parts:
        with web.card("together"):
            parts.together(viewer, made)
    with web.card("summary"):
        parts.summary(preview, meaning.named(asked))
    if preview.risks:
        with web.card("risks"):
            parts.risks(preview)
    if preview.problems:
        with web.card("refused"):
            parts.problems(made, preview)
    compared.repeats(preview)
    compared.totals(made, preview, asked)
    create = open_episodes = False
    if made.new_codes or made.without_episode:
        with web.card("new"):
            create, open_episodes = _new_clients(made)
    if preview.checked.rows.height:
        with web.card("read"):
            parts.first_rows(viewer, preview)
    count = sum(one.ready + (one.new_rows if create else 0) for one in made.previews)
    several = f" of {len(made.previews)} questionnaires" if made.parts else ""
    left = [instrument(viewer, one).short_name for one in made.left()]
    unsaid = made.words_unsaid
    lack = f"{parts.counted(unsaid, 'word')} {'lacks' if unsaid == 1 else 'lack'} a meaning"
    said = st.container()
    with st.container(horizontal=True, vertical_alignment="center"):
        keep = st.button(
            f"Keep {parts.counted(count, 'row')}{several}" + (f": {lack}" if unsaid else ""),
            type="primary",
            disabled=not (count or open_episodes), key=made.key("keep"),
        )  # fmt: skip
        st.button(
            f"First add from this file: {left[0]}" if left
            else "First add another questionnaire of this file",
            on_click=made.go_on, key=made.key("more"),
        )  # fmt: skip
        back = st.button("Back to the columns", key=made.key("again"))
        st.button("Keep none", on_click=drafts.forget, key=made.key("none"))
        if count:
            st.write("All together or not at all.")
        elif any(one.new_rows for one in made.previews):
            st.write("Nothing can be kept unless the new clients are created: see above.")
        else:
            st.write("There is nothing new to keep.")
        if unsaid:
            st.write("Rows with such a word stay out. Say what it means under Back to the columns.")
    saved.save(viewer, made, mapping)
    if back:
        made.preview = None
        st.rerun()
    with said:
        say_wrong()
    if keep:
        with said:
            drafts.keep(viewer, made, create_clients=create, open_episodes=open_episodes)
        st.rerun()


def _new_clients(made: Draft) -> tuple[bool, bool]:
    """What is to happen to people who are not on the books, or have no therapy yet."""
    new_codes = made.new_codes
    create = False
    st.header("New clients and episodes", anchor=False)
    if new_codes:
        many = len(new_codes)
        create = st.checkbox(
            "Create this client" if many == 1 else f"Create these {many:,} clients",
            key=made.key("create"),
        )
        st.write(
            f"{parts.codes(new_codes)}. Look for mistyped codes first. Without this their "
            "rows stay out. Nobody sees their answers until a therapist is assigned under People."
        )
    new = frozenset(new_codes)
    waiting = [one for one in made.without_episode if create or one not in new]
    open_episodes = False
    if waiting:
        open_episodes = st.checkbox(
            f"For {parts.counted(len(waiting), 'client')} without an episode: open an episode on "
            "the first answer’s day, marked as nominal",
            key=made.key("episodes"),
        )
        st.write(
            f"{parts.codes(tuple(waiting))}. Without an episode their answers are kept, but stand "
            "in no course."
        )
    return create, open_episodes


def kept_step(made: Draft) -> None:
    """Say what happened."""
    kept = sum(one.kept for one in made.kept)
    web.header(
        "Import: kept",
        made.table.file_name,
        f"{parts.counted(kept, 'row')} {'is' if kept == 1 else 'are'} kept. "
        f"{parts.held(viewer, sum(one.already_held for one in made.kept))}, "
        f"{sum(one.refused for one in made.kept):,} refused.",
    )
    parts.strip(3)
    if made.parts:
        with web.card("together"):
            parts.kept_together(viewer, made)
    if created := sum(one.created for one in made.kept):
        st.write(f"{parts.counted(created, 'client')} created. Assign them under People.")
    if episodes := sum(one.episodes for one in made.kept):
        st.write(f"{parts.counted(episodes, 'episode')} opened, their start marked as nominal.")
    if differ := sum(one.totals_differ for one in made.kept):
        st.write(
            f"{parts.counted(differ, 'total')} of the file differed from our scores; ours are kept."
        )
    with st.container(horizontal=True):
        st.button(
            "Import another file", type="primary", on_click=drafts.forget, key=made.key("next")
        )
        if not administers and st.button("To the caseload", key=made.key("home")):
            drafts.forget()
            web.go("caseload")
    with web.card("past"):
        parts.past(viewer, zone)


job = drafts.under_way(viewer)
made, opened = drafts.draft(), drafts.opened()
if job is not None:
    work_step(job)
elif made is not None:
    (meaning_step, check_step, kept_step)[made.step - 1](made)
elif opened is not None:
    sheet_step(opened)
else:
    file_step()
