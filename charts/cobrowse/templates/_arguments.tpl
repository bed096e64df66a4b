{{/* The arguments of both programs. */}}

{{- define "cobrowse.operatorArgs" -}}
- --namespace={{ .Values.sessions.namespace }}
- --lease-namespace={{ .Release.Namespace }}
- --identity=$(POD_NAME)
- --authority=/run/secrets/cobrowse/authority
- --pod-port=8700
- --metrics=[::]:9090
- --public-origin={{ .Values.sessionApi.publicOrigin }}
- --log={{ .Values.operator.log }}
- --log-format=json
{{- with .Values.operator.traces }}
- --traces={{ . }}
{{- end }}
{{- /* No browser reaches API server or database, also where these have public addresses. Everywhere is no range to leave out. */}}
{{- $policy := .Values.networkPolicy }}
{{- with without (concat .Values.operator.clusterRanges $policy.apiServer.cidrs $policy.database.cidrs | uniq) "0.0.0.0/0" "::/0" }}
- --cluster-ranges={{ . | join "," }}
{{- end }}
{{- if .Values.operator.hostUsers }}
- --host-users
{{- end }}
{{- with .Values.seccomp.localhostProfile }}
- --seccomp-profile={{ . }}
{{- else }}
{{- if eq .Values.seccomp.installer "SecurityProfilesOperator" }}
- --seccomp-profile=operator/cobrowse-chrome.json
{{- end }}
{{- end }}
{{- end }}

{{- define "cobrowse.sessionApiArgs" -}}
{{- $values := .Values.sessionApi -}}
- serve
- --backend=kubernetes
- --namespace={{ .Values.sessions.namespace }}
- --pool={{ .Values.pool.name }}
- --pod-port=8700
- --secrets=/run/secrets/cobrowse/keys
- --database-url-file=/run/secrets/cobrowse/database/url
- --listen=[::]:8443
- --admin-listen=[::]:8444
- --public-origin={{ $values.publicOrigin }}
{{- with $values.trustedProxies }}
- --trusted-proxies={{ . | join "," }}
{{- end }}
- --certificate=/run/secrets/cobrowse/tls/tls.crt
- --certificate-key=/run/secrets/cobrowse/tls/tls.key
- --max-sessions={{ $values.maxSessions }}
- --max-connections={{ $values.limits.maxConnections }}
- --max-connections-per-address={{ $values.limits.maxConnectionsPerAddress }}
- --calls-per-second={{ $values.limits.callsPerSecond }}
- --starts-per-address={{ $values.limits.startsPerAddress }}
- --waiting-per-address={{ $values.limits.waitingPerAddress }}
- --drain-seconds={{ $values.drainSeconds }}
- --log-format=json
- --log={{ $values.log }}
{{- with $values.traces }}
- --traces={{ . }}
{{- end }}
{{- end }}
