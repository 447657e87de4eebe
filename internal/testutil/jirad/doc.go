// Package jirad stands in for Jira in tests: a server on loopback that takes
// issues, comments and transitions as Jira's REST API is documented, and is
// stricter than Jira itself. It refuses fields that it does not know, values
// of the wrong type, documents that are not valid in the Atlassian Document
// Format, queries that it can't read, and requests without the right
// credentials or type of content.
//
// Two flavours are known: Cloud has version 3 of the API, documents for rich
// text and accounts by their id; DataCenter has version 2, wiki markup and users
// by their name.
//
// Projects are SHOP and OPS; types of issues Task, Bug and Incident; priorities
// Highest, High, Medium, Low and Lowest. Every issue begins in "To Do"; see
// workflow for its ways from there.
package jirad
