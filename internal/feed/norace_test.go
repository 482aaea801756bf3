//go:build !race

package feed

// raceFactor is how much longer all takes with the race detector: without it, no longer.
const raceFactor = 1
