"""The pictures of the README, taken of the demo by a real browser."""
