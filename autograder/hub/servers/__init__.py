"""Hold the settings of each student's own server: its folder is a part of `JUPYTER_CONFIG_PATH`."""
