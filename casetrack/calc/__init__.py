"""Pure computations: values in, values out. Nothing here knows Django, a database or the time of day."""
