//go:build race

package feed

// raceFactor is how much longer all takes with the race detector.
const raceFactor = 8
