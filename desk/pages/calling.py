"""How a template calls what it was given: as Jinja does, in a third of the time for what it calls most. Knows no function."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from jinja2.runtime import Context, Macro


class QuickContext(Context):
    """A page calls some hundred functions. Of each Jinja asks whether it is an object whose `__call__` wants to know the context;
    a plain function, a method or a macro is none."""

    def call(self, called: Any, *args: Any, **kwargs: Any) -> Any:
        """What `called` returns. A function that wants the context gets it."""
        kind = type(called)
        if (kind is MethodType or kind is FunctionType) and not hasattr(called, "jinja_pass_arg"):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return called(*args, **kwargs)
        if kind is Macro:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return called(self.eval_ctx, *args, **kwargs)
        return super().call(called, *args, **kwargs)
