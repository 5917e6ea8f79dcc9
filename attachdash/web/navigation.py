"""Which pages are there, and for whom? The first of a role is its home."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st

from attachdash.practice.entrance import ALL_SIGNED_IN
from attachdash.practice.rights import Role
from attachdash.web.house import ROOT

FOLDER = ROOT / "pages"


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One file of pages/, and the roles whose menu or reach it is in."""

    file: str
    title: str
    url_path: str
    roles: frozenset[Role]
    hidden: bool = False

    @property
    def path(self) -> Path:
        """Where the file is."""
        return FOLDER / self.file


_T, _S, _C, _A = Role.THERAPIST, Role.SUPERVISOR, Role.CLIENT, Role.ADMINISTRATOR

PAGES: tuple[PageEntry, ...] = (
    PageEntry("caseload.py", "Caseload", "caseload", frozenset({_T, _S})),
    PageEntry("agenda.py", "Agenda", "agenda", frozenset({_T, _S})),
    PageEntry("progress.py", "My progress", "progress", frozenset({_C})),
    PageEntry("people.py", "People", "people", frozenset({_A})),
    PageEntry("client.py", "Client", "client", frozenset({_T, _S}), hidden=True),
    PageEntry("support.py", "What may help", "support", frozenset({_T, _S}), hidden=True),
    PageEntry("measure.py", "Measure", "measure", frozenset({_T, _S}), hidden=True),
    PageEntry("paper_form.py", "Paper form", "paper-form", frozenset({_T}), hidden=True),
    PageEntry("outcomes.py", "Outcomes", "outcomes", frozenset({_S})),
    PageEntry("clients.py", "Clients", "clients", frozenset({_T, _A})),
    PageEntry("import_file.py", "Import", "import", frozenset({_T, _A})),
    PageEntry("export.py", "Export", "export", frozenset({_T, _S})),
    PageEntry("rules.py", "Rules", "rules", frozenset({_T, _S, _A})),
    PageEntry("batch.py", "One import", "one-import", frozenset({_T, _A}), hidden=True),
    PageEntry("audit.py", "Audit", "audit", frozenset({_A})),
    PageEntry("norms.py", "Norms", "norms", frozenset({_A})),
    PageEntry("settings.py", "Settings", "settings", frozenset({_A})),
    PageEntry("system.py", "System", "system", frozenset({_A})),
    PageEntry("my_data.py", "My data", "my-data", frozenset({_C})),
    PageEntry("account.py", "Account", "account", frozenset(ALL_SIGNED_IN)),
)


# Streamlit serves the first page of a menu under "/" only, so these addresses would find nothing.
HOMES = frozenset(
    next(entry.url_path for entry in PAGES if role in entry.roles) for role in ALL_SIGNED_IN
)


def entries_of(role: Role) -> tuple[PageEntry, ...]:
    """The pages of a role that exist, its home first."""
    return tuple(entry for entry in PAGES if role in entry.roles and entry.path.exists())


def go(page: str) -> NoReturn:
    """Show another page of the viewer's role, by its file's name without .py: go("client")."""
    st.switch_page(FOLDER / f"{page}.py")
    raise AssertionError("switch_page does not return")
