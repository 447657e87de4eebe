// Package slackd stands in for Slack in tests: a server on loopback that takes
// messages by an incoming webhook and by chat.postMessage as Slack documents
// them, and is stricter than Slack itself. It refuses arguments that it does
// not know, values of the wrong type, entities that mrkdwn does not know, and
// requests without the right credentials or type of content.
//
// The bot is a member of #alerts (C0ALERTS) and not of #private (C0PRIVATE);
// #old (C0OLD) is archived. There are no others. The webhook posts to #alerts.
package slackd
