//go:build !race

package article

// raceFactor is how much longer all takes with the race detector: without it, no longer.
const raceFactor = 1
