"""An evaluation that is asked for in the portal of a site that has none yet."""

from __future__ import annotations

import pytest

from saishang.apps.indicators.actions.start_evaluation import home


@pytest.mark.django_db
def test_a_new_site_is_evaluated_for_its_own_province() -> None:
    # The rules know eight provinces more, as neighbours on the Yellow River.
    assert home() == ("ningxia", "640000")
