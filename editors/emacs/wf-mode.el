;;; wf-mode.el --- Workflows of wfc  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; A mode for workflows in the text form (`*.wf'), and the language server `wfc lsp' by eglot or lsp-mode, for workflows
;; as YAML and JSON too.
;;
;;     (require 'wf-mode)
;;     (add-hook 'wf-mode-hook #'eglot-ensure)          ; or #'lsp
;;     (add-hook 'wf-yaml-mode-hook #'eglot-ensure)
;;     (add-hook 'wf-json-mode-hook #'eglot-ensure)

;;; Code:

(require 'compile)

(defgroup wf nil
  "Workflows of wfc."
  :group 'languages)

(defcustom wf-program "wfc"
  "The program `wfc'."
  :type 'string
  :safe #'stringp)

(defcustom wf-server-arguments '("lsp")
  "What the program is started with as a language server."
  :type '(repeat string))

(defcustom wf-indent-offset 2
  "Columns that a level of braces is indented by."
  :type 'integer
  :safe #'integerp)

(defvar wf-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?_ "w" table)
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23" table)
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\' "\"" table)
    (modify-syntax-entry ?` "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (dolist (sign '(?+ ?- ?% ?= ?< ?> ?& ?| ?! ??))
      (modify-syntax-entry sign "." table))
    table))

(defconst wf--steps
  '("agent" "agent_message" "approval" "bash" "call" "tool" "wait"))

(defconst wf--keywords
  '("branch" "break" "case" "catch" "collect" "compensate" "continue" "default" "else" "fail" "finally" "for" "if" "in"
    "let" "on" "on_error" "parallel" "repeat" "return" "set" "switch" "try" "until" "when" "while" "with"))

(defconst wf--declarations
  '("allow" "constraints" "description" "env" "input" "policy" "returns" "secret" "slug" "tools" "type" "var" "version"
    "workflow" "wfc"))

(defconst wf--types
  '("any" "bool" "bytes" "double" "duration" "int" "list" "map" "null" "string" "timestamp" "uint"))

(defun wf--words (words)
  "A regexp of WORDS as keywords: no field of that name, nothing behind a point."
  (concat "\\(?:^\\|[^.[:word:]]\\)\\(" (regexp-opt words) "\\)\\_>\\(?:[^:(.=]\\|$\\)"))

(defconst wf-font-lock-keywords
  `(("\\_<workflow\\_>[ \t]+\\([[:alpha:]_][[:word:]]*\\)" 1 font-lock-function-name-face)
    ("\\_<type\\_>[ \t]+\\([[:alpha:]_][[:word:]]*\\)[ \t]*=" 1 font-lock-type-face)
    ("\\_<\\(?:input\\|let\\|set\\|var\\|secret\\|env\\)\\_>[ \t]+\\([[:alpha:]_][[:word:]]*\\)" 1 font-lock-variable-name-face)
    ("\\_<for\\_>[ \t]+\\([[:alpha:]_][[:word:]]*\\)" 1 font-lock-variable-name-face)
    ("\\_<branch\\_>[ \t]+\\([[:alpha:]_][[:word:]]*\\)" 1 font-lock-function-name-face)
    ("\\_<\\(?:tool\\|call\\)\\_>[ \t]+\\([[:alpha:]_][[:word:].]*\\)" 1 font-lock-function-name-face)
    (,(wf--words wf--steps) 1 font-lock-builtin-face)
    (,(wf--words wf--keywords) 1 font-lock-keyword-face)
    (,(wf--words wf--declarations) 1 font-lock-keyword-face)
    (,(concat "[:=<|(][ \t]*\\(" (regexp-opt wf--types) "\\)\\_>\\(?:[^(]\\|$\\)") 1 font-lock-type-face)
    ("\\_<\\(true\\|false\\|null\\)\\_>" 1 font-lock-constant-face)
    ("\\_<[0-9]+\\(?:\\.[0-9]+\\)?\\(?:ns\\|us\\|ms\\|s\\|m\\|h\\|d\\)?\\_>" . font-lock-constant-face)
    ("\\_<\\([[:alpha:]_][[:word:]]*\\)\\??:" 1 font-lock-variable-name-face)
    ;; Templates stand out within their strings.
    ("{{[^}\n]*\\(?:}[^}\n]+\\)*}}" 0 font-lock-preprocessor-face prepend))
  "What is shown how.")

(defconst wf--syntax-propertize
  (syntax-propertize-rules
   ;; Three quotes: the outer ones are one generic string, so that single quotes within end nothing.
   ("\\(\"\\)\"\"\\|\\('\\)''"
    (0 (ignore (wf--triple-quotes))))))

(defun wf--triple-quotes ()
  "Make the three quotes just passed the fence of a string."
  (let* ((start (match-beginning 0))
         (state (save-excursion (syntax-ppss start)))
         (quote (char-after start))
         (inside (nth 3 state)))
    (cond
     ((nth 4 state) nil)
     ((eq inside t)
      ;; It closes the string that three quotes of the same sort have opened.
      (when (eq (char-after (nth 8 state)) quote)
        (put-text-property (1- (match-end 0)) (match-end 0) 'syntax-table (string-to-syntax "|"))))
     ((not inside)
      (put-text-property start (1+ start) 'syntax-table (string-to-syntax "|"))))))

(defun wf-indent-line ()
  "Indent the line by the brackets around it; lines of text are left alone."
  (interactive)
  (let* ((state (save-excursion (syntax-ppss (line-beginning-position))))
         (in-text (nth 3 state)))
    (if in-text
        'noindent
      (let* ((closes (save-excursion (back-to-indentation) (looking-at "[])}]")))
             ;; Brackets that open on one line are one level.
             (lines (delete-dups (mapcar #'line-number-at-pos (nth 9 state))))
             (depth (- (length lines) (if (and closes lines) 1 0)))
             (target (* wf-indent-offset (max 0 depth)))
             (offset (- (current-column) (current-indentation))))
        (indent-line-to target)
        (when (> offset 0) (forward-char offset))))))

(defvar wf-imenu-generic-expression
  '(("Steps" "^[ \t]*let[ \t]+\"?\\([^\"=\n]+?\\)\"?[ \t]*=" 1)
    ("Inputs" "^[ \t]*input[ \t]+\\([[:word:]]+\\)" 1)
    ("Types" "^[ \t]*type[ \t]+\\([[:word:]]+\\)" 1)
    ("Branches" "\\_<branch[ \t]+\"?\\([^\"{\n]+?\\)\"?[ \t]*{" 1)))

;; Commands

(defun wf--file ()
  "The file of this buffer, saved."
  (unless buffer-file-name (user-error "The buffer has no file"))
  (when (buffer-modified-p) (save-buffer))
  buffer-file-name)

(defun wf--run (&rest arguments)
  "Run `wf-program' with ARGUMENTS in a compilation buffer that takes input."
  (compile (mapconcat #'shell-quote-argument (cons wf-program arguments) " ") t))

(defun wf-run (&optional file)
  "Run the workflow in FILE, by default this buffer's."
  (interactive)
  (wf--run "run" (or file (wf--file))))

(defun wf-dry-run (&optional file)
  "Show the path of the workflow in FILE without carrying anything out."
  (interactive)
  (wf--run "run" "--dry" (or file (wf--file))))

(defun wf-tests-of (file)
  "The file of tests beside the workflow FILE, or nil.\nIt is FILE itself when that holds tests."
  (if (string-match-p "\\.wf\\.test\\.\\(?:ya?ml\\|json\\)\\'" file)
      file
    (let ((stem (replace-regexp-in-string "\\.wf\\(?:\\.\\(?:ya?ml\\|json\\)\\)?\\'" "" file)))
      (seq-find #'file-exists-p
                (mapcar (lambda (ending) (concat stem ".wf.test." ending)) '("yaml" "yml" "json"))))))

(defun wf-test (&optional file name)
  "Run the tests beside the workflow in FILE; with NAME only that one."
  (interactive)
  (let ((tests (wf-tests-of (or file (wf--file)))))
    (unless tests (user-error "There are no tests beside this workflow"))
    (apply #'wf--run "test" tests (and name (list "--filter" name)))))

(defun wf-check ()
  "Check the workflow; the findings can be jumped to."
  (interactive)
  (wf--run "check" "--format" "gcc" (wf--file)))

(defvar wf-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-r") #'wf-run)
    (define-key map (kbd "C-c C-d") #'wf-dry-run)
    (define-key map (kbd "C-c C-t") #'wf-test)
    (define-key map (kbd "C-c C-c") #'wf-check)
    map))

;; Modes

;;;###autoload
(define-derived-mode wf-mode prog-mode "wf"
  "Workflows of wfc in the text form."
  (setq-local font-lock-defaults '(wf-font-lock-keywords))
  (setq-local syntax-propertize-function wf--syntax-propertize)
  (setq-local comment-start "// ")
  (setq-local comment-end "")
  (setq-local comment-start-skip "\\(?://+\\|/\\*+\\)[ \t]*")
  (setq-local indent-line-function #'wf-indent-line)
  (setq-local indent-tabs-mode nil)
  (setq-local electric-indent-chars (append "{}[]()" electric-indent-chars))
  (setq-local imenu-generic-expression wf-imenu-generic-expression))

(define-minor-mode wf-commands-mode
  "Keys to run, test and check the workflow of this buffer."
  :lighter " wf"
  :keymap wf-mode-map)

;; YAML has no mode in Emacs before 29; without one the text is edited as it is.
(defalias 'wf--yaml-parent
  (cond ((fboundp 'yaml-mode) 'yaml-mode)
        ((and (fboundp 'yaml-ts-mode) (fboundp 'treesit-ready-p) (treesit-ready-p 'yaml t)) 'yaml-ts-mode)
        (t 'conf-mode)))

(defalias 'wf--json-parent
  (cond ((fboundp 'json-mode) 'json-mode)
        ((and (fboundp 'json-ts-mode) (fboundp 'treesit-ready-p) (treesit-ready-p 'json t)) 'json-ts-mode)
        (t 'js-mode)))

;;;###autoload
(define-derived-mode wf-yaml-mode wf--yaml-parent "wf-yaml"
  "Workflows of wfc as YAML."
  (wf-commands-mode))

;;;###autoload
(define-derived-mode wf-json-mode wf--json-parent "wf-json"
  "Workflows of wfc as JSON."
  (wf-commands-mode))

;;;###autoload
(progn
  (add-to-list 'auto-mode-alist '("\\.wf\\'" . wf-mode))
  (add-to-list 'auto-mode-alist '("\\.wf\\(?:\\.test\\)?\\.ya?ml\\'" . wf-yaml-mode))
  (add-to-list 'auto-mode-alist '("\\.wf\\(?:\\.test\\)?\\.json\\'" . wf-json-mode)))

;; The server

(defun wf-server-command (&rest _)
  "The server's command line."
  (cons wf-program wf-server-arguments))

(defconst wf--initialization '(:serverCommands t)
  "The server itself carries out the commands of its lenses.")

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (dolist (mode '((wf-mode . "wf") (wf-yaml-mode . "yaml") (wf-json-mode . "json")))
    (put (car mode) 'eglot-language-id (cdr mode))
    (add-to-list 'eglot-server-programs
                 (cons (car mode)
                       (lambda (&rest _) (append (wf-server-command) (list :initializationOptions wf--initialization)))))))

(declare-function lsp-register-client "ext:lsp-mode")
(declare-function make-lsp-client "ext:lsp-mode")
(declare-function lsp-stdio-connection "ext:lsp-mode")
(defvar lsp-language-id-configuration)
(with-eval-after-load 'lsp-mode
  (dolist (mode '((wf-mode . "wf") (wf-yaml-mode . "yaml") (wf-json-mode . "json")))
    (add-to-list 'lsp-language-id-configuration mode))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection #'wf-server-command)
                    :major-modes '(wf-mode wf-yaml-mode wf-json-mode)
                    :initialization-options wf--initialization
                    :server-id 'wfc)))

(provide 'wf-mode)
;;; wf-mode.el ends here
