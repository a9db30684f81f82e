;;; emacs.el --- tests of wf-mode  -*- lexical-binding: t; -*-
;; emacs -Q --batch -L editors/emacs -l editors/test/emacs.el -f ert-run-tests-batch-and-exit

(require 'ert)
(require 'wf-mode)

(defmacro wf-test--with (text &rest body)
  (declare (indent 1))
  `(with-temp-buffer
     (insert ,text)
     (wf-mode)
     (font-lock-ensure)
     (goto-char (point-min))
     ,@body))

(defun wf-test--face (text)
  (save-excursion
    (goto-char (point-min))
    (search-forward text)
    (get-text-property (match-beginning 0) 'face)))

(ert-deftest wf-files-get-their-modes ()
  (dolist (pair '(("a.wf" . wf-mode) ("a.wf.yaml" . wf-yaml-mode) ("a.wf.test.yml" . wf-yaml-mode) ("a.wf.json" . wf-json-mode)))
    (should (eq (assoc-default (car pair) auto-mode-alist #'string-match) (cdr pair))))
  (with-temp-buffer (wf-yaml-mode) (should (eq major-mode 'wf-yaml-mode)))
  (with-temp-buffer (wf-json-mode) (should (eq major-mode 'wf-json-mode))))

(ert-deftest wf-words-have-faces ()
  (wf-test--with "workflow triage \"T\" {\n  let x = agent \"a {{ b.c }}\" // why\n  input age: int = 10\n  tool a.b { return: 1 }\n}\n"
    (should (eq (wf-test--face "workflow") 'font-lock-keyword-face))
    (should (eq (wf-test--face "triage") 'font-lock-function-name-face))
    (should (eq (wf-test--face "x =") 'font-lock-variable-name-face))
    (should (eq (wf-test--face "agent") 'font-lock-builtin-face))
    (should (memq 'font-lock-preprocessor-face (ensure-list (wf-test--face "b.c"))))
    (should (memq (wf-test--face "why") '(font-lock-comment-face font-lock-comment-delimiter-face)))
    (should (eq (wf-test--face "int =") 'font-lock-type-face))
    (should (eq (wf-test--face "return: ") 'font-lock-variable-name-face))))

(unless (fboundp 'ensure-list)
  (defun ensure-list (object) (if (listp object) object (list object))))

(ert-deftest wf-three-quotes-are-one-string ()
  (wf-test--with "w {\n  bash \"\"\"\n    echo \"it's\" // no comment\n  \"\"\"\n  let x = 1\n}\n"
    (search-forward "no comment")
    (should (nth 3 (syntax-ppss)))
    (should-not (nth 4 (syntax-ppss)))
    (search-forward "let")
    (should-not (nth 3 (syntax-ppss)))))

(ert-deftest wf-lines-are-indented-by-brackets ()
  (let ((good "workflow w {\n  let x = f({\n    a: 1\n  })\n  if a {\n    bash \"b\"\n  } else {\n    bash \"\"\"\n  as it is\n    \"\"\"\n  }\n}\n"))
    (wf-test--with (replace-regexp-in-string "^ +\\(let\\|a:\\|}\\|if\\|bash\\)" "\\1" good)
      (indent-region (point-min) (point-max))
      (should (equal (buffer-string) good)))))

(ert-deftest wf-tests-stand-beside-workflows ()
  (let ((examples (expand-file-name "../../examples/" (file-name-directory (locate-library "wf-mode")))))
    (should (equal (wf-tests-of (concat examples "triage.wf.json")) (concat examples "triage.wf.test.yaml")))
    (should (equal (wf-tests-of (concat examples "release.wf")) nil))
    (should (equal (wf-tests-of "a.wf.test.json") "a.wf.test.json"))))

(ert-deftest wf-examples-are-indented-already ()
  (dolist (file (directory-files (expand-file-name "../../examples" (file-name-directory (locate-library "wf-mode"))) t "\\.wf\\'"))
    (with-temp-buffer
      (insert-file-contents file)
      (wf-mode)
      (let ((before (buffer-string)))
        (indent-region (point-min) (point-max))
        (should (equal (list file (buffer-string)) (list file before)))))))

;; The server, with eglot where there is one (it is part of Emacs 29).
(ert-deftest wf-eglot-gets-problems ()
  (skip-unless (require 'eglot nil t))
  (skip-unless (getenv "WFC"))
  (setq wf-program (getenv "WFC"))
  (let* ((folder (make-temp-file "wf" t))
         (file (expand-file-name "broken.wf" folder)))
    (write-region "workflow broken {\n  let x = 1 + missing\n  return x\n}\n" nil file)
    (with-current-buffer (find-file-noselect file)
      (apply #'eglot (eglot--guess-contact))
      (let ((limit (+ (float-time) 20)))
        (while (and (null (flymake-diagnostics)) (< (float-time) limit))
          (accept-process-output nil 0.1)
          (when (bound-and-true-p flymake-mode) (flymake-start))))
      (should (flymake-diagnostics))
      (eglot-shutdown (eglot-current-server)))))

(ert-deftest wf-lsp-mode-knows-the-server ()
  (skip-unless (require 'lsp-mode nil t))
  (should (gethash 'wfc lsp-clients))
  (should (equal (lsp-buffer-language-of 'wf-yaml-mode) "yaml")))

(defun lsp-buffer-language-of (mode)
  (cdr (assq mode lsp-language-id-configuration)))

;;; emacs.el ends here
