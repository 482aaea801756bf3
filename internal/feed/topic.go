package feed

import "strings"

// Topics are what news is about, in the order in which they are offered. An
// article whose topic is not known has the empty one.
func Topics() []string {
	return []string{"economy", "politics", "society", "incidents", "sport", "world", "technology", "culture"}
}

// topicNames are other names that lists of sources have for the topics.
var topicNames = map[string]string{
	"business": "economy", "finance": "economy", "markets": "economy", "money": "economy",
	"government": "politics", "elections": "politics",
	"social": "society", "health": "society", "education": "society", "life": "society",
	"crime": "incidents", "accidents": "incidents", "emergency": "incidents",
	"sports": "sport", "football": "sport", "hockey": "sport",
	"international": "world", "foreign": "world",
	"tech": "technology", "it": "technology", "science": "technology", "digital": "technology",
	"art": "culture", "arts": "culture", "entertainment": "culture", "books": "culture", "cinema": "culture",
}

// TopicOf returns the topic of articles whose source has these topics: the first
// that is one of ours, under any of its names; empty when there is none.
func TopicOf(topics []string) string {
	for _, t := range topics {
		t = strings.ToLower(strings.TrimSpace(t))
		if name, ok := topicNames[t]; ok {
			t = name
		}
		for _, known := range Topics() {
			if t == known {
				return t
			}
		}
	}
	return ""
}
