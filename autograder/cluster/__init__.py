"""Grade on a cluster, through a Dask scheduler: judges work elsewhere, scores are written here.

`job` packs what travels, `pool` sends it and takes what comes back, `worker` is what a worker of
Dask does with it, `judge` the process beside it that judges. slurm.py and kubernetes.yaml start
workers: examples to copy.
"""
