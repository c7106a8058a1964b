"""Start a cluster of judges on Slurm, with dask-jobqueue.

Copy this file, change what is in capitals, and run it on a login node: `python slurm.py`. It prints
the scheduler's address and keeps it up until Ctrl-C. In another shell on the same node:
    autograder grade 01_invariant --scheduler tcp://ADDRESS
    lazyrich run phase-diagram --preset teaching --scheduler tcp://ADDRESS

Every node needs the same Python environment at the same path, with `pip install
'lazyrich[grader,cluster]'`, and for walls bubblewrap and user namespaces that ordinary users may
create. A worker that lacks them says so, and grading stops: nothing is graded without. On the
login node: `pip install dask-jobqueue`. Whoever reaches the scheduler's port can run code as you:
keep it inside the cluster's network, or use tls://.
"""

from dask_jobqueue import SLURMCluster

JOBS = 4  # of Slurm; each starts one worker
MOST = 16  # jobs, if there is more work than JOBS can do soon

# One task at a time in a worker: the judge and the student's code share its core. A zygote takes
# about 0.4 GB, and a student's code may take 2 GB more before it is stopped.
cluster = SLURMCluster(
    queue="PARTITION",
    account="ACCOUNT",
    cores=1,
    processes=1,
    memory="4GB",
    walltime="02:00:00",
    interface="ib0",  # or eth0: the network that nodes share
    local_directory="/tmp",
    python="/PATH/TO/.venv/bin/python",
    job_script_prologue=["export PATH=/PATH/TO/.venv/bin:$PATH"],
    # End a worker some minutes before Slurm does, so that its submission goes to another.
    worker_extra_args=["--lifetime", "110m", "--lifetime-stagger", "5m"],
)

if __name__ == "__main__":
    import time

    cluster.adapt(minimum_jobs=JOBS, maximum_jobs=MOST)
    print(cluster.scheduler_address, flush=True)  # noqa: T201 (what this script is for)
    try:
        while True:
            time.sleep(60)
    except KeyboardInterrupt:
        cluster.close()
