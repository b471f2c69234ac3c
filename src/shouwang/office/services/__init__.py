"""Writes of the office: progress, files, papers, keys of what was sent, messages and their ways out."""

from shouwang.office.services.channels import (
    ChannelNotFound,
    ChannelRefused,
    channel_add,
    channel_stop,
    channel_test,
    delivery_retry,
)
from shouwang.office.services.errands import ATTEMPTS, Errands, errand_viewer
from shouwang.office.services.files import FileGone, file_open, file_store, files_expire
from shouwang.office.services.holding import process_lock
from shouwang.office.services.messages import message_enqueue
from shouwang.office.services.papers import Shown, paper_glance, paper_keep, paper_make, paper_name, paper_open
from shouwang.office.services.progress import (
    progress_advance,
    progress_fail,
    progress_finish,
    progress_plan,
    progress_start,
)
from shouwang.office.services.sending import (
    Claims,
    KeyReused,
    KeyUnreadable,
    sendings_claim,
    sendings_expire,
    sendings_settle,
)
from shouwang.office.services.transports import AddressRefused

__all__ = [
    "ATTEMPTS",
    "AddressRefused",
    "ChannelNotFound",
    "ChannelRefused",
    "Claims",
    "Errands",
    "FileGone",
    "KeyReused",
    "KeyUnreadable",
    "Shown",
    "channel_add",
    "channel_stop",
    "channel_test",
    "delivery_retry",
    "errand_viewer",
    "file_open",
    "file_store",
    "files_expire",
    "message_enqueue",
    "paper_glance",
    "paper_keep",
    "paper_make",
    "paper_name",
    "paper_open",
    "process_lock",
    "progress_advance",
    "progress_fail",
    "progress_finish",
    "progress_plan",
    "progress_start",
    "sendings_claim",
    "sendings_expire",
    "sendings_settle",
]
