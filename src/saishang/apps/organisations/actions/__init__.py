"""Changes of organisations and people: permission → check → change → log, each in one transaction."""

from saishang.apps.organisations.actions.add_organisation import Named, add_organisation
from saishang.apps.organisations.actions.close_organisation import Closing, close_organisation
from saishang.apps.organisations.actions.doing import Doing
from saishang.apps.organisations.actions.end_role import end_role
from saishang.apps.organisations.actions.end_sign_in import end_one
from saishang.apps.organisations.actions.grant_role import grant_role
from saishang.apps.organisations.actions.make_person import Made, make_person
from saishang.apps.organisations.actions.move_organisation import move_organisation
from saishang.apps.organisations.actions.password import change_own_password, reset_password
from saishang.apps.organisations.actions.rename_organisation import rename_organisation
from saishang.apps.organisations.actions.seed import Seeded, seed_organisations
from saishang.apps.organisations.actions.set_active import activate, deactivate

__all__ = [
    "Closing", "Doing", "Made", "Named", "Seeded", "activate", "add_organisation", "change_own_password",
    "close_organisation", "deactivate", "end_one", "end_role", "grant_role", "make_person", "move_organisation",
    "rename_organisation", "reset_password", "seed_organisations",
]  # fmt: skip
