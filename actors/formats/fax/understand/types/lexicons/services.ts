/** Words that descriptions of services, procedures, drugs and supplies are made of. What is not here is only less sure. */
export const services: readonly string[] = `
  abdomen abdominal abscess access acetaminophen acid activity acute add-on additional addl adenosine administration administered
  admission adrenal adult advanced after air airway albuterol alcohol allergen allergy alone ambulance ambulatory amino
  amoxicillin amylase analysis anesthesia angiogram angiography ankle annual anoscopy antepartum anterior antibody antigen
  any aorta appendectomy application arm arterial artery arthritis arthrocentesis arthroplasty arthroscopy aspiration
  assay assessment asthma attention audiogram audiometry automated autologous axillary back bacteria bacterial balance
  bandage barium basic bedside benign betamethasone bilateral bilirubin biopsy bladder block blood body bone botulinum
  brace brachial brain brace breast brief bronchial bronchoscopy bronchodilator bundle burn bursa calcium cane capillary
  carcinoma cardiac cardiology cardiovascular care carpal cartilage cast casting cataract catheter catheterization caudal
  cauterization cbc cefazolin ceftriaxone cells cerebral cerumen cervical chemical chemistry chemotherapy chest child
  cholecystectomy cholesterol chronic circumcision clearance clinic clinical closed closure clot cognitive cold collar
  collection colon colonoscopy color colposcopy column comp complete complex complexity component comprehensive compression
  computed concentrate condition cone confirm congenital conscious conservative consult consultation contact continuous
  contraceptive contrast control copay coordination cornea coronary corrected corticosteroid counseling count critical
  crutches crown cryosurgery cryotherapy culture custom cyanocobalamin cyst cystic cystometrogram cystoscopy cytology daily
  day days debridement decision decompression deep defibrillator deficiency delivery dental depo-medrol depot dermal
  destruction detail detailed device dexamethasone diabetes diabetic diagnostic dialysis diaphragm diff differential
  digestive digital dilation diphenhydramine diphtheria direct disc discharge disease disk dislocation disorder dispensing
  disposable dissection doppler dose drain drainage dressing drug dual duct duplex durable dx each ear ecg echo
  echocardiogram echocardiography ed education ekg elbow electrical electrocardiogram electrode electrolyte
  electromyography electronic electrotherapy embolization emergency emg encounter endocrine endometrial endoscopic
  endoscopy enema enteral entire enzyme epidural epinephrine equipment esophageal esophagus est established estradiol
  evaluation event evoked exam examination excision exercise exercises existing extended external extraction extremity eye
  eyelid face facet facial facility factor fallopian family fasciitis fasting fat fecal fee feet female femoral ferritin
  fetal fever fiber fiberoptic films filtration fine finger first fistula fitting fixation flap flexible flu fluid
  fluorescent fluoride fluoroscopic fluoroscopy folic follicle follow follow-up following foot for forearm foreign fracture
  free frozen full function functional fundus fusion gait gallbladder gas gastric gastrointestinal gel general genetic
  genitourinary gland glaucoma glucose graft group growth guidance guided hand handling harvesting head healing health
  hearing heart heel helicobacter hematocrit hematoma hemoccult hemodialysis hemoglobin hemorrhoid heparin hepatic hepatitis
  hernia herpes high high-risk hip hiv holter home hormone hospital hot hour hours hpv human humerus hyaluronate hydration
  hydrocortisone hydrotherapy hysterectomy hysteroscopy ice identification iliac imaging immobilizer immune immunization
  immunoassay immunoglobulin impacted implant implantable implantation in incision incl include included including
  incomplete indirect individual induction infant infection infectious inflammation influenza infusion inguinal inhalation
  inhaler initial injection inpatient insertion inspection instruction instrument insulin intensive inter intermediate
  internal interpretation interval intestine intra intra-articular intracranial intramuscular intraocular intrauterine
  intravenous intravitreal introduction intubation ionized iron irrigation isolation iv joint ketone ketorolac kidney kit
  knee lab labor laboratory laceration laminectomy laparoscopic laparoscopy laryngoscopy laser lateral layer lead leads
  left leg lens lesion lesions level levels lidocaine ligament ligation limited line lipase lipid liquid lithotripsy liver
  local localization long lorazepam low lower lumbar lumbosacral lump lumpectomy lung lymph macular magnesium magnetic
  maintenance major malignant mammogram mammography management manipulation manual marrow mass massage mastectomy mastoid
  material maternal maxillofacial mcg measles measurement mechanical medial medical medication medicine membrane meniscus
  mental metabolic metabolism methotrexate methylprednisolone mg microalbumin microscopic microscopy midazolam mild min
  minimal minor minutes ml mobility moderate modality modification monitor monitoring month monthly morphine motion motor
  mouth mri mucosa multiple mumps muscle muscular myocardial nail nails nasal nasopharyngeal natriuretic nebulizer neck
  needle negative neonatal nephrectomy nerve neurological neuromuscular neuropathy neuroplasty new newborn night no node
  nodule non-contrast non-invasive noncontrast nonstress normal nose note nuclear number numeric nursing nutrition
  nutritional o2 observation obstetric obstetrical occult occupational ocular of office oncology ondansetron open operating
  operation operative ophthalmic ophthalmology ophthalmoscopy optic or oral orbit organ orthopedic orthotic osteopathic
  otoscopy outpatient ovarian ovary over oximetry oxygen oxytocin pacemaker pack pad page pain palliative pancreas panel
  pap paracentesis paraffin parasite parathyroid part partial patch patella pathology patient pelvic pelvis penicillin
  peptide per percutaneous performed perfusion pericardial perineal period periodic peripheral peritoneal pet pharmacy
  pharynx phase phlebotomy phone phosphatase phosphorus photo photography phototherapy physical physician physiotherapy
  placement plan planning plantar plasma plaster plate platelet pleural pneumococcal pneumonia podiatry point polyp
  polypectomy port portable position positive post posterior postoperative postpartum potassium prefilled pregnancy premature
  premalignant prenatal preoperative prep preparation prescription presentation preservative pressure preventive primary
  private probe problem procedure process processing professional profile progesterone prolactin prolonged promethazine
  prophylactic prophylaxis prostate prostatic prosthesis prosthetic protein prothrombin provider psa psychiatric
  psychological psychotherapy pulmonary pulse pump puncture quad quadrivalent qualitative quantitative quick rabies radial
  radiation radiofrequency radiograph radiography radiologic radiological radiology radius ramp range rapid re-evaluation
  reaction reading recheck recombinant recording recovery rectal recurrent red reduction referral reflex refraction regional
  rehab rehabilitation release remote removal renal repair repeat replacement report resection residual resonance
  respiratory response rest retina retinal revision rheumatoid rhythm rib right risk rocephin room root rotator routine
  rubella rule saline salivary same sample scalp scan school scope screen screening second section sedation sedimentation
  seizure self self-care semen seminal sensitivity sensory septic septoplasty serum service services session set severe
  shave shaving sheath shoe short shot shoulder shunt sick sigmoidoscopy simple single single-dose sinus site skilled skin
  skull sleep slide sling small smear smoking soft software solution specialist special specimen speech spinal spine spirometry
  spleen splint sponge spot sputum stain standard staple stay stent sterile sterilization steroid stimulating stimulation
  stitches stomach stone stool straight strapping strep streptococcus stress strip strips study subcutaneous submission
  subsequent sub sulfate supervision supplement supplies supply support supraspinatus surgery surgical suture sutures swab
  swallow sympathetic synovial syringe system systemic table tablet tangential tap tear technical technique telehealth telemetry
  telephone temporal tendon tendinitis tennis tens test testing testosterone tetanus therapeutic therapy thermal thigh
  thin third thoracentesis thoracic throat thrombectomy thrombin thromboplastin thumb thyroid thyroxine tibia time tissue
  titer to tobacco toe tomography tonsillectomy topical total toxicology toxin traction training transcutaneous transfer
  transfusion transplant transvaginal transportation trauma tray treadmill treatment triamcinolone trigger triglycerides
  trigger-point trimester troponin tube tubal tuberculin tuberculosis tumor tympanic tympanometry ulcer ulnar ultrasonic
  ultrasound umbilical under uncomplicated unilateral unit units unlisted unspecified up upper urea ureter ureteral urethra
  urethral urgent uric urinalysis urinary urine urology use uterine uterus vaccination vaccine vaginal vaginosis valve
  varicella varicose vas vascular vasectomy vein venipuncture venous ventilation ventricular vertebral very vessel via
  vial view views viral virus visit visits visual vital vitamin vitreous vocal voice volume walker wall warts wart wave
  weekly weight well wellness wet wheelchair white whole with without woman wound wrap wrist x-ray xray year years yearly
  zoster
  acetate acetonide adolescent advance agent anterior-posterior antigens area areas audiologic autism avulsion
  azithromycin behavioral benzathine booster budesonide bupivacaine callus carboxymaltose centimeters cessation chloride
  chronic-care citrate clavicle cm code concurrent conduction conjugate contact-lens corn counselling counts crisis
  debride denosumab depth developmental diagnostic-evaluation digits domiciliary dose-each each-additional eeg
  electroencephalogram enoxaparin family-therapy famotidine femur ferric ferumoxytol filgrastim fingers flush foreign-
  body furosemide genital gentamicin glucagon gluconate gonioscopy group-therapy haloperidol hemorrhoids hepatitis-b
  home-visit hyaluronan hydrochloride inch inches infliximab initial-hour interpretive ipratropium iron-sucrose lavage
  layered length less levalbuterol making mandible matrixectomy medically medroxyprogesterone meningococcal millimeters
  mm more muscles naloxone nasopharynx nebulized necessary nerve-conduction non-automated nonautomated obesity paring
  partial-thromboplastin pediatric penicillin-g phosphate polysomnography preventative pro push regions reticulocyte
  ribs rituximab scapula sequential sinuses smoking-cessation sodium specimens sq square straightforward studies
  succinate sucrose thyroid-stimulating toes tonometry tracing transitional tromethamine tympanogram typhoid unit-dose
  velocity visual-field width zoledronic
  a1c b-12 b12 d3 h1n1 t3 t4 g6pd ca-125 covid-19 sars-cov-2 rsv tdap mmr ipv dtap hba1c tsh bmp cmp psa ptt inr esr crp bnp
  rhogam
`.trim().split(/\s+/);
