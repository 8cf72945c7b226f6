"""Forms: the renderer (`renderer`) and the fields (`fields`) that every front end uses."""
