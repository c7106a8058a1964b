"""Collect the visible checks of the course, one package per notebook.

The cell of a visible check calls one function of these packages and hands over the student's
functions; nothing else happens in the notebook, so that no name of a check is left there::

    from lazyrich.exercises import regimes as check  # in the notebook's locked first cell

    check.the_sum_is_the_velocity_of_m(ntk_velocity_terms)  # in the cell of the check
    checks.passed()

A function is named after its check, in words. It takes the answers that it looks at, and asks with
`nbjudge.checks` (`checks.call`, `checks.close(..., hints={cause: what that slip returns})`). What
the notebook's figures use in place of an answer that is not right is here too.

The judge lets no answer call a function of these packages, because they know what is right: what
answers may use belongs in the notebook or in the library.
"""
