"""Give a worker of a cluster submissions that end it, or that end the judge beside it.

Workers import this module by name.
"""

import os

from autograder.cluster import worker


def ends_the_worker(contract, student, job, how):
    if student == "s01":
        os._exit(9)
    return worker.judge(contract, student, job, how)


def ends_the_judge(contract, student, job, how):
    if student == "s01":
        process = worker._process(how)
        process.process.kill()
        process.ask("judge", job)
    return worker.judge(contract, student, job, how)
