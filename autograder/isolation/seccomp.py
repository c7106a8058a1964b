"""Block system calls (x86-64 and ARM64) that namespaces do not cover, or that only attacks need.

Runs inside the walls, so it imports nothing of this package. Classic BPF over `struct
seccomp_data`: number at offset 0, architecture at 4, arguments from 16 on.
"""

import ctypes
import platform
import struct

__all__ = ["MACHINES", "available", "install", "program"]

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
_LOAD, _JEQ, _JGE, _JSET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# The only sockets that are allowed. Others could reach nobody, but a worker that is connected to
# itself can keep megabytes for each in the kernel, where no process's memory shows them.
_AF_UNIX = 1
_NEW_NAMESPACES = 0x7E020000
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_SOL_SOCKET, _SO_SNDBUF, _SO_SNDBUFFORCE = 1, 7, 32
# Commands of fcntl: the size of all pipes of a user is counted together; a lease on a file that the
# grader owns (such as the library's) makes everybody else who opens it wait for most of a minute;
# and notifications tell a process what others do in a folder.
_F_SETLEASE, _F_NOTIFY, _F_SETPIPE_SZ = 1024, 1026, 1031
_COMMANDS = {"ioctl": (_TIOCSTI, _TIOCLINUX), "fcntl": (_F_SETLEASE, _F_NOTIFY, _F_SETPIPE_SZ)}

MACHINES = {
    "x86_64": (0, 0xC000003E),
    "aarch64": (1, 0xC00000B7),
}  # column of the tables below, AUDIT_ARCH_...
_SPECIAL = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "ioctl": (16, 29),
    "setsockopt": (54, 208),
    "fcntl": (72, 25),
}
_DENIED = {  # name: (x86-64, ARM64); None if the machine has no such call
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # keys: a keyring is shared by all of a user's processes
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # large parts of the kernel that a notebook does not need
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # memory that no limit counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "vmsplice": (278, 75),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    # counted for the whole machine
    "io_setup": (206, 0),
    # the machine itself, and what its kernel reveals about other processes
    "syslog": (103, 116),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "iopl": (172, None),
    "ioperm": (173, None),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "vhangup": (153, 58),
    "sysfs": (139, None),
    "uselib": (134, None),
    "nfsservctl": (180, 42),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "set_mempolicy": (238, 237),
}


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_char_p)]


def available() -> bool:
    """Tell whether there is a table for this machine.

    Returns
    -------
    bool
        False on processors that are not in `MACHINES`.
    """
    return platform.machine() in MACHINES


def install() -> None:
    """Filter this process and its children permanently. Needs no_new_privs.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    code = program(platform.machine())
    filter_ = _Filter(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(filter_), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP)")


def program(machine: str) -> bytes:
    """Write the filter as the kernel wants it.

    A line is (code, jump if true, jump if false, value).

    Parameters
    ----------
    machine : str
        One of `MACHINES`.

    Returns
    -------
    bytes
        The lines, 8 bytes each.
    """
    column, architecture = MACHINES[machine]
    special = {name: numbers[column] for name, numbers in _SPECIAL.items()}
    lines: list[tuple[int, int, int, int]] = []

    def add(code: int, value: int, yes: int = 0, no: int = 0) -> None:
        lines.append((code, yes, no, value))

    def refuse(errno: int) -> None:
        add(_RETURN, _ERRNO | errno)

    add(_LOAD, 4)
    add(_JEQ, architecture, 1, 0)
    add(_RETURN, _KILL)
    add(_LOAD, 0)
    add(_JGE, 0x40000000, 0, 1)  # x32 calls would bypass the tables
    add(_RETURN, _KILL)
    add(
        _JEQ, special["clone3"], 0, 1
    )  # its flags are in memory, which a filter cannot read; libc then falls back to clone
    refuse(_ENOSYS)
    for numbers in _DENIED.values():
        if numbers[column] is not None:
            add(_JEQ, numbers[column], 0, 1)
            refuse(_EPERM)
    add(_JEQ, special["clone"], 0, 4)
    add(_LOAD, 16)
    add(_JSET, _NEW_NAMESPACES, 0, 1)
    refuse(_EPERM)
    add(_RETURN, _ALLOW)
    for name in ("socket", "socketpair"):
        add(_JEQ, special[name], 0, 4)
        add(_LOAD, 16)
        add(_JEQ, _AF_UNIX, 1, 0)
        refuse(_EAFNOSUPPORT)
        add(_RETURN, _ALLOW)
    for name, commands in _COMMANDS.items():
        add(_JEQ, special[name], 0, len(commands) + 3)
        add(_LOAD, 24)
        for after, command in reversed(list(enumerate(commands))):
            add(_JEQ, command, after, 0 if after else 1)
        refuse(_EPERM)
        add(_RETURN, _ALLOW)
    add(
        _JEQ, special["setsockopt"], 0, 7
    )  # what waits in a socket takes kernel memory: its size must not be changed
    add(_LOAD, 24)
    add(_JEQ, _SOL_SOCKET, 0, 4)
    add(_LOAD, 32)
    add(_JEQ, _SO_SNDBUF, 1, 0)
    add(_JEQ, _SO_SNDBUFFORCE, 0, 1)
    refuse(0)  # reports success and does nothing
    add(_RETURN, _ALLOW)
    add(_RETURN, _ALLOW)
    return b"".join(struct.pack("<HBBI", *line) for line in lines)
