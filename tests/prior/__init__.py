"""make prior: how the population prior of the forecast is fitted and measured."""
