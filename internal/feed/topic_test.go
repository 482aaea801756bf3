package feed

import (
	"slices"
	"testing"
)

func TestTopicOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		topics []string
		want   string
	}{
		{"none", nil, ""},
		{"one of ours", []string{"sport"}, "sport"},
		{"the first counts", []string{"politics", "society"}, "politics"},
		{"another name", []string{"business"}, "economy"},
		{"what says nothing is passed over", []string{"general", "tech"}, "technology"},
		{"nothing of ours", []string{"general", "weather"}, ""},
		{"case and spaces", []string{" Sports "}, "sport"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := TopicOf(c.topics); got != c.want {
				t.Errorf("TopicOf(%q) = %q, want %q", c.topics, got, c.want)
			}
		})
	}
	for name, topic := range topicNames {
		if !slices.Contains(Topics(), topic) || slices.Contains(Topics(), name) {
			t.Errorf("%q stands for %q", name, topic)
		}
	}
}
