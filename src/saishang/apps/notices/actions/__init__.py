"""Changes of notices: tell people, or whoever goes on; mark as read, choose what comes by e-mail, remind of the due."""

from saishang.apps.notices.actions.choose import choose
from saishang.apps.notices.actions.digest import make_digests
from saishang.apps.notices.actions.notify import NoticeRefused, Telling, notify, notify_all
from saishang.apps.notices.actions.read import mark_all_read, mark_read
from saishang.apps.notices.actions.remind import Reminded, remind
from saishang.apps.notices.actions.tell import tell_who_may

__all__ = [
    "NoticeRefused", "Reminded", "Telling", "choose", "make_digests", "mark_all_read", "mark_read", "notify",
    "notify_all", "remind", "tell_who_may",
]  # fmt: skip
