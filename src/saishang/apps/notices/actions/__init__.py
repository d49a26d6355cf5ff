"""Changes of notices: tell people, mark as read, choose what comes by e-mail, remind of what is due."""

from saishang.apps.notices.actions.choose import choose
from saishang.apps.notices.actions.digest import make_digests
from saishang.apps.notices.actions.notify import NoticeRefused, Telling, notify, notify_all
from saishang.apps.notices.actions.read import mark_all_read, mark_read
from saishang.apps.notices.actions.remind import Reminded, remind

__all__ = [
    "NoticeRefused", "Reminded", "Telling", "choose", "make_digests", "mark_all_read", "mark_read", "notify",
    "notify_all", "remind",
]  # fmt: skip
