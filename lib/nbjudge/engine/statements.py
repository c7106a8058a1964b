"""Classify single statements: whether they are fixed, opaque, or have effects beyond names."""

import ast
import re

__all__ = ["has_effects", "is_fixed", "is_opaque"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# With one of these, a cell can reach any global name.
_ANY_NAME = _words(
    "exec eval compile globals locals vars dir __import__ __builtins__ get_ipython In Out"
    " _ __ ___ _i _ii _iii _ih _oh _dh"
)
_ANY_NAME_ATTRIBUTES = _words(
    "modules _getframe currentframe f_back f_globals f_locals __globals__ __dict__ user_ns"
    " import_module run_path run_module"
)
_ANY_NAME_MODULES = _words("__main__ importlib runpy ctypes gc inspect")
_HISTORY = re.compile(r"_i?\d+")
# Calls that change state that no name refers to: random generators, a library's defaults, files,
# the process itself.
_EFFECTS = _words(
    "seed manual_seed manual_seed_all set_state set_rng_state set_default_dtype"
    " set_default_device set_default_tensor_type use_deterministic_algorithms set_grad_enabled"
    " seterr seterrcall setbufsize filterwarnings simplefilter setrecursionlimit chdir putenv"
    " setlocale set_option reload patch register save savetxt savez savez_compressed tofile"
    " to_csv to_netcdf to_pickle to_json write_text write_bytes dump mkdir makedirs rename"
    " remove unlink rmtree copy2 copyfile copytree move urlretrieve setattr system Popen"
    " check_call check_output"
)
_EFFECT_NAMES = _words("open setattr delattr")
_EFFECT_PLACES = frozenset(
    {("sys", "path"), ("os", "environ"), ("sys", "stdout"), ("sys", "stderr")}
)
# Functions that return a function which calls do not change.
_FUNCTION_MAKERS = frozenset({"checks.fallback"})
_NAMING = ast.Name | ast.Tuple | ast.expr_context
_CONSTANT = (
    ast.Constant
    | ast.UnaryOp
    | ast.BinOp
    | ast.Tuple
    | ast.unaryop
    | ast.operator
    | ast.expr_context
)
_CHANGEABLE = ast.List | ast.Dict | ast.Set | ast.Call | ast.ListComp | ast.DictComp | ast.SetComp


def is_fixed(node: ast.stmt) -> bool:
    """Tell whether a statement only defines things that do not change.

    Parameters
    ----------
    node : ast.stmt
        The statement.

    Returns
    -------
    bool
        Whether it imports, defines a function or a class without state, takes one from a function
        that makes functions, or names a number or a text.
    """
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            state = any(
                isinstance(n, _CHANGEABLE) for default in defaults for n in ast.walk(default)
            )
            keeps = any(isinstance(n, ast.Global | ast.Nonlocal) for n in ast.walk(node))
            return not node.decorator_list and not state and not keeps
        case ast.ClassDef():
            methods = all(
                isinstance(part, ast.Expr | ast.Pass) or is_fixed(part) for part in node.body
            )
            return methods and not node.decorator_list
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=func)):
            return ast.unparse(func) in _FUNCTION_MAKERS
        case ast.Assign(targets=targets, value=value):
            return all(isinstance(n, _NAMING) for t in targets for n in ast.walk(t)) and all(
                isinstance(n, _CONSTANT) for n in ast.walk(value)
            )
    return False


def is_opaque(statement: ast.stmt, reads: set[str]) -> bool:
    """Tell whether a statement may reach names that its text does not show.

    Parameters
    ----------
    statement : ast.stmt
        The statement.
    reads : set of str
        The global names that it reads, at once or later.

    Returns
    -------
    bool
        Whether it may do so.
    """
    if any(name in _ANY_NAME or _HISTORY.fullmatch(name) for name in reads):
        return True
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(attr=attribute) if attribute in _ANY_NAME_ATTRIBUTES:
                return True
            case ast.Import(names=names) if any(
                n.name.split(".")[0] in _ANY_NAME_MODULES for n in names
            ):
                return True
            case ast.ImportFrom(module=module, names=names) if (
                names[0].name == "*" or (module or "").split(".")[0] in _ANY_NAME_MODULES
            ):
                return True
    return False


def has_effects(statement: ast.stmt, reads: set[str]) -> bool:
    """Tell whether a statement may change state that no name refers to.

    Parameters
    ----------
    statement : ast.stmt
        The statement.
    reads : set of str
        The global names that it reads, at once or later.

    Returns
    -------
    bool
        Whether it may change a random generator, a library's defaults, a file, the process itself.
    """
    if reads & _EFFECT_NAMES:
        return True
    for node in ast.walk(statement):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=attribute) if (
                owner,
                attribute,
            ) in _EFFECT_PLACES:
                return True
            case ast.Call(func=ast.Attribute(attr=attribute)) if attribute in _EFFECTS:
                return True
    return False
