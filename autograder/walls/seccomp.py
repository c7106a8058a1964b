"""A filter of system calls (x86-64): what namespaces do not cover, or what only an attack needs.

Runs inside the walls, so it imports nothing of this package. Classic BPF over `struct seccomp_data`: number at offset 0,
architecture at 4, arguments from 16 on.
"""

import ctypes
import platform
import struct

__all__ = ["available", "install"]

_ARCHITECTURE = 0xC000003E  # AUDIT_ARCH_X86_64
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06

_CLONE, _CLONE3, _SOCKET, _SOCKETPAIR, _IOCTL = 56, 435, 41, 53, 16
_NEW_NAMESPACES = 0x7E020000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_DENIED = (
    *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
    *(165, 166, 155, 161, 272, 308, *range(428, 434), 442),  # mounts, chroot, unshare, setns
    *(248, 249, 250),  # keys: a keyring is shared by all of a user's processes
    *(321, 298, 323),  # bpf, perf_event_open, userfaultfd
    *(425, 426, 427),  # io_uring
    *(303, 304),  # open by handle
    *(438, 434, 424),  # pidfd_getfd, pidfd_open, pidfd_send_signal
    *(319, 447),  # memfd: memory that no limit counts
    *(29, 30, 31, 64, 65, 66, 220, 68, 69, 70, 71, 240, 241),  # System V and POSIX shared memory, semaphores and queues
    *(175, 176, 313, 246, 320, 167, 168, 169, 172, 173),  # modules, kexec, swap, reboot, ports
    *(163, 179, 153, 139, 134, 180),  # acct, quotactl, vhangup, sysfs, uselib, nfsservctl
    *(279, 256, 238),  # moving pages between nodes
)


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_char_p)]


def available() -> bool:
    """Whether there is a table for this machine."""
    return platform.machine() == "x86_64"


def install() -> None:
    """Bind this process and its children for good. Needs no_new_privs.

    Raises:
        OSError: if the kernel refuses.
    """
    program = _program()
    filter_ = _Filter(len(program) // 8, program)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(filter_), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def _program() -> bytes:
    lines: list[tuple[int, int, int, int]] = []

    def add(code: int, value: int, yes: int = 0, no: int = 0) -> None:
        lines.append((code, yes, no, value))

    def refuse(errno: int) -> None:
        add(_RETURN, _ERRNO | errno)

    add(_LOAD, 4)
    add(_JEQ, _ARCHITECTURE, 1, 0)
    add(_RETURN, _KILL)
    add(_LOAD, 0)
    add(_JGE, 0x40000000, 0, 1)  # the x32 calls go round every table
    add(_RETURN, _KILL)
    add(_JEQ, _CLONE3, 0, 1)  # its flags lie in memory, where a filter cannot look; libc then takes clone
    refuse(_ENOSYS)
    for number in _DENIED:
        add(_JEQ, number, 0, 1)
        refuse(_EPERM)
    add(_JEQ, _CLONE, 0, 4)
    add(_LOAD, 16)
    add(_JSET, _NEW_NAMESPACES, 0, 1)
    refuse(_EPERM)
    add(_RETURN, _ALLOW)
    for number in (_SOCKET, _SOCKETPAIR):
        add(_JEQ, number, 0, 5)
        add(_LOAD, 16)
        add(_JEQ, 1, 2, 0)  # AF_UNIX
        add(_JEQ, 2, 1, 0)  # AF_INET: inside there is no network to be reached by it
        refuse(_EAFNOSUPPORT)
        add(_RETURN, _ALLOW)
    add(_JEQ, _IOCTL, 0, 5)
    add(_LOAD, 24)
    add(_JEQ, _TIOCSTI, 1, 0)
    add(_JEQ, _TIOCLINUX, 0, 1)
    refuse(_EPERM)
    add(_RETURN, _ALLOW)
    add(_RETURN, _ALLOW)
    return b"".join(struct.pack("<HBBI", *line) for line in lines)
